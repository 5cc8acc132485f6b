//! A whole database as it stood at one moment, to be written down outside: every table, every row, while others go on
//! writing.

use uuid::Uuid;

use super::table::{self, Reading, Table};
use super::{Result, Row, Store, Tx, Value, migrate};

/// A snapshot of everything.
pub struct Dump(Tx);

impl Dump {
    /// Begins one. What was committed before is in it, and nothing that is committed later.
    ///
    /// # Errors
    /// As [`super::Error`] says.
    pub async fn open(store: &Store) -> Result<Self> {
        let mut tx = store.read().await?;
        // Neither engine takes its snapshot before the first statement that reads a table.
        migrate::history(&mut tx).await?;
        Ok(Self(tx))
    }

    /// The migrations that made the schema: version and digest, in order.
    ///
    /// # Errors
    /// As [`super::Error`] says.
    pub async fn migrations(&mut self) -> Result<Vec<(i64, Vec<u8>)>> {
        migrate::history(&mut self.0).await
    }

    /// Every table, in the order in which they were made.
    ///
    /// # Errors
    /// As [`super::Error`] says.
    pub async fn tables(&mut self) -> Result<Vec<Table>> {
        table::tables(&mut self.0).await
    }

    /// The next rows of a table, written as [`encode`] does; nothing behind the last.
    ///
    /// # Errors
    /// As [`super::Error`] says.
    pub async fn page(&mut self, reading: &mut Reading<'_>) -> Result<Option<Vec<u8>>> {
        let Some(rows) = reading.page(&mut self.0).await? else { return Ok(None) };
        let mut bytes = Vec::new();
        rows.iter().for_each(|row| encode(row, &mut bytes));
        Ok(Some(bytes))
    }

    /// The rows of a question about a table, each with its values in the order of [`Table::columns`].
    ///
    /// # Errors
    /// As [`super::Error`] says.
    pub async fn rows(&mut self, table: &Table, sql: &'static str, values: Vec<Value>) -> Result<Vec<Vec<Value>>> {
        let rows = self.0.all(sql, values).await?;
        rows.iter().map(|row| table.columns.iter().map(|name| row.value(name)).collect()).collect()
    }

    /// Every row of a question.
    ///
    /// # Errors
    /// As [`super::Error`] says.
    pub async fn all(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>> {
        self.0.all(sql, values).await
    }
}

/// Writes a row: its length in 4 bytes, then each value as a letter and what belongs to it. `n` is nothing, `i` a number in
/// 8 bytes, `t` a text and `x` bytes with their length in 4 bytes before them; numbers begin with their smallest byte. Ids
/// are bytes and truth values numbers, as `SQLite` keeps them, so that the engines write the same.
pub fn encode(row: &[Value], into: &mut Vec<u8>) {
    let start = into.len();
    into.extend_from_slice(&[0; LENGTH_BYTES]);
    for value in row {
        match value {
            Value::Int(Some(number)) => number_of(*number, into),
            Value::Flag(Some(flag)) => number_of(i64::from(*flag), into),
            Value::Text(Some(text)) => bytes_of(b't', text.as_bytes(), into),
            Value::Bytes(Some(bytes)) => bytes_of(b'x', bytes, into),
            Value::Id(Some(id)) => bytes_of(b'x', Uuid::as_bytes(id), into),
            _ => into.push(b'n'),
        }
    }
    let length = length_of(into.len() - start - LENGTH_BYTES);
    into[start..start + LENGTH_BYTES].copy_from_slice(&length);
}

const LENGTH_BYTES: usize = 4;

fn number_of(number: i64, into: &mut Vec<u8>) {
    into.push(b'i');
    into.extend_from_slice(&number.to_le_bytes());
}

fn bytes_of(letter: u8, bytes: &[u8], into: &mut Vec<u8>) {
    into.push(letter);
    into.extend_from_slice(&length_of(bytes.len()));
    into.extend_from_slice(bytes);
}

/// No value and no row of ours comes near 4 GiB: the engines take none of more than 1 GiB.
fn length_of(length: usize) -> [u8; LENGTH_BYTES] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

/// Reads rows that arrive in pieces of any size.
#[derive(Debug, Default)]
pub struct Decoder {
    waiting: Vec<u8>,
}

impl Decoder {
    /// Takes the next piece, and gives the rows that are whole by now. `None` when it is no row of ours.
    #[must_use]
    pub fn push(&mut self, piece: &[u8], columns: usize) -> Option<Vec<Vec<Value>>> {
        self.waiting.extend_from_slice(piece);
        let (mut rows, mut rest) = (Vec::new(), self.waiting.as_slice());
        while let Some((length, behind)) = rest.split_first_chunk::<LENGTH_BYTES>() {
            let Some((row, behind)) = behind.split_at_checked(u32::from_le_bytes(*length) as usize) else { break };
            rows.push(decode(row, columns)?);
            rest = behind;
        }
        self.waiting = rest.to_vec();
        Some(rows)
    }

    /// Whether the last row was whole.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.waiting.is_empty()
    }
}

/// Reads one row; nothing when it is none with so many columns.
fn decode(mut bytes: &[u8], columns: usize) -> Option<Vec<Value>> {
    let mut row = Vec::with_capacity(columns.min(bytes.len()));
    while let Some((letter, behind)) = bytes.split_first() {
        let (value, behind) = match letter {
            b'n' => (Value::Text(None), behind),
            b'i' => {
                let (number, behind) = behind.split_first_chunk()?;
                (Value::Int(Some(i64::from_le_bytes(*number))), behind)
            }
            b't' | b'x' => {
                let (length, behind) = behind.split_first_chunk::<LENGTH_BYTES>()?;
                let (bytes, behind) = behind.split_at_checked(u32::from_le_bytes(*length) as usize)?;
                let value = match letter {
                    b't' => Value::Text(Some(std::str::from_utf8(bytes).ok()?.to_owned())),
                    _ => Value::Bytes(Some(bytes.to_vec())),
                };
                (value, behind)
            }
            _ => return None,
        };
        row.push(value);
        bytes = behind;
    }
    (row.len() == columns).then_some(row)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Text(None)),
            any::<i64>().prop_map(|number| Value::Int(Some(number))),
            ".{0,20}".prop_map(|text| Value::Text(Some(text))),
            prop::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| Value::Bytes(Some(bytes))),
        ]
    }

    proptest! {
        #[test]
        fn rows_come_back_however_they_are_cut(rows in prop::collection::vec(prop::collection::vec(value(), 3), 0..8), size in 1_usize..50) {
            let mut bytes = Vec::new();
            rows.iter().for_each(|row| encode(row, &mut bytes));
            let mut decoder = Decoder::default();
            let mut back = Vec::new();
            for piece in bytes.chunks(size) {
                back.extend(decoder.push(piece, 3).unwrap());
            }
            prop_assert!(decoder.is_at_end());
            prop_assert_eq!(back, rows);
        }

        #[test]
        fn any_bytes_are_rows_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200), columns in 0_usize..5) {
            let _ = Decoder::default().push(&bytes, columns);
            let _ = decode(&bytes, columns);
        }
    }
}
