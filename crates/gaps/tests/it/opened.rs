//! Each gap is found where it is, and nothing else; the clean portal has none.

use gaps::GAPS;

use crate::harbour::{Harbour, gaps};

#[tokio::test(flavor = "multi_thread")]
async fn each_gap_is_found_and_nothing_else() {
    let clean = Harbour::open(&portal::Parts::real()).await.audit(None).await;
    let standing = gaps(&clean);
    assert!(standing.is_empty(), "false alarms on the clean portal: {standing:#?}");
    for gap in GAPS {
        let harbour = Harbour::open(&gaps::parts(&[gap.number]).unwrap()).await;
        let found = gaps(&harbour.audit(None).await);
        assert_eq!(found, [format!("{} {}", gap.check, gap.action)], "gap {}: {}", gap.number, gap.words);
    }
}

#[test]
fn an_unknown_gap_is_refused() {
    assert!(gaps::parts(&[200]).is_err_and(|wrong| wrong.contains("200")));
}
