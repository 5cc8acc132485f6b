//! The leaf, version 1: what is hashed into the tree for one event.
//!
//! ```text
//! audit-leaf/v1
//! chain client/01930000-0000-7000-8000-00000000000a
//! cseq 4711
//! cprev <base64 of the previous leaf hash of this chain; 32 zero bytes for the first>
//! <empty line>
//! <the body's bytes>
//! ```
//!
//! Plain text, so that `printf` and `sha256sum` can make it again. The index is not in it: the place in the Merkle tree
//! authenticates that. **Frozen** like the body; `vectors/leaf-v1.json`.

use crate::event::{Event, EventError};
use crate::tree::LeafHasher;
use crate::{Chain, ChainHead, Hash};

/// The first line, with its line feed.
const HEADER: &str = "audit-leaf/v1\n";
/// No header of a leaf is longer: four lines of fixed words, a chain, a number and a hash.
const MAX_HEADER_BYTES: usize = 256;

/// One event at its place in its chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Whose history.
    pub chain: Chain,
    /// Place in the chain, counted from 1.
    pub sequence: u64,
    /// Hash of the previous leaf of the chain; [`Hash::ZERO`] for the first, and only for it.
    pub previous: Hash,
    /// The body's bytes, exactly as stored.
    pub body: Vec<u8>,
}

/// Why bytes are no leaf of version 1.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// A line of the header is missing or not in its one form.
    #[error("not a leaf of version 1: {0}")]
    Header(&'static str),
    /// The body is no event.
    #[error("the leaf's body: {0}")]
    Body(#[from] EventError),
    /// The header and the body name different chains.
    #[error("the header says chain {header}, the body says {body}")]
    Chain {
        /// As in the leaf's header.
        header: Chain,
        /// As in the body.
        body: Chain,
    },
}

impl ChainHead {
    /// The leaf of the chain's next event.
    pub fn next(&self, chain: Chain, body: Vec<u8>) -> Leaf {
        Leaf { chain, sequence: self.count + 1, previous: self.last, body }
    }

    /// Where the chain stands after that leaf.
    pub fn after(leaf: &Leaf) -> Self {
        Self { count: leaf.sequence, last: leaf.hash() }
    }
}

impl Leaf {
    /// The bytes that are hashed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { chain, sequence, previous, body } = self;
        [header(chain, *sequence, previous).as_bytes(), body].concat()
    }

    /// The leaf's hash in the tree: SHA-256 of a zero byte and [`Self::to_bytes`] (RFC 9162, section 2.1.1).
    pub fn hash(&self) -> Hash {
        hash(&self.chain, self.sequence, &self.previous, &self.body)
    }

    /// Whether this leaf may follow a chain that stands at `head`.
    pub fn follows(&self, head: &ChainHead) -> bool {
        self.sequence == head.count + 1 && self.previous == head.last
    }

    /// Reads a leaf with its event, and refuses every text that [`Self::to_bytes`] would not write.
    ///
    /// # Errors
    /// See [`LeafError`].
    pub fn parse(bytes: &[u8]) -> Result<(Self, Event), LeafError> {
        let rest = bytes.strip_prefix(HEADER.as_bytes()).ok_or(LeafError::Header("the first line"))?;
        let window = &rest[..rest.len().min(MAX_HEADER_BYTES)];
        let end = window.windows(2).position(|pair| pair == b"\n\n").ok_or(LeafError::Header("no empty line"))?;
        let header = std::str::from_utf8(&rest[..end]).map_err(|_| LeafError::Header("not UTF-8"))?;
        let mut lines = header.split('\n');
        let mut value = |key: &str| lines.next().and_then(|line| line.strip_prefix(key)?.strip_prefix(' '));
        let chain = value("chain").and_then(|text| text.parse().ok()).ok_or(LeafError::Header("the line `chain`"))?;
        let sequence = value("cseq").and_then(|text| text.parse().ok()).ok_or(LeafError::Header("the line `cseq`"))?;
        let previous =
            value("cprev").and_then(|text| text.parse().ok()).ok_or(LeafError::Header("the line `cprev`"))?;
        if (sequence == 1) != (previous == Hash::ZERO) || sequence == 0 {
            return Err(LeafError::Header("`cprev` is zero for the first leaf of a chain, and only for it"));
        }
        let leaf = Self { chain, sequence, previous, body: rest[end + 2..].to_vec() };
        // Further lines, leading zeros and plus signs would all be other texts for the same leaf.
        if leaf.to_bytes() != bytes {
            return Err(LeafError::Header("another text for the same leaf"));
        }
        let event = Event::parse(&leaf.body)?;
        if event.body().chain != chain {
            return Err(LeafError::Chain { header: chain, body: event.body().chain });
        }
        Ok((leaf, event))
    }
}

/// The hash of a leaf from its parts, without putting its bytes together.
pub fn hash(chain: &Chain, sequence: u64, previous: &Hash, body: &[u8]) -> Hash {
    LeafHasher::default().with(header(chain, sequence, previous).as_bytes()).with(body).finish()
}

/// Put together by hand, not by `format!`: it is made once for every leaf of a log that is verified.
fn header(chain: &Chain, sequence: u64, previous: &Hash) -> String {
    let mut text = String::with_capacity(MAX_HEADER_BYTES);
    text.push_str(HEADER);
    text.push_str("chain ");
    text.push_str(chain.kind());
    text.push('/');
    text.push_str(chain.owner().hyphenated().encode_lower(&mut [0; 36]));
    text.push_str("\ncseq ");
    text.push_str(&sequence.to_string());
    text.push_str("\ncprev ");
    previous.write_base64(&mut text);
    text.push_str("\n\n");
    text
}
