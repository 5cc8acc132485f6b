//! Each gap is found where it is, and nothing else; the clean portal has none.

use gaps::GAPS;

use crate::harbour::{Harbour, gaps};

#[tokio::test(flavor = "multi_thread")]
async fn each_gap_is_found_and_nothing_else() {
    let clean = Harbour::open(&portal::Parts::real()).await.audit(None).await;
    let standing = gaps(&clean);
    assert!(standing.is_empty(), "false alarms on the clean portal: {standing:#?}");
    let mut wrong = Vec::new();
    for gap in GAPS {
        let harbour = Harbour::open(&gaps::parts(&[gap.number]).unwrap()).await;
        let found = gaps(&harbour.audit(None).await);
        if found != [format!("{} {}", gap.check, gap.action)] {
            wrong.push(format!("gap {} ({}): {found:?}", gap.number, gap.words));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_unknown_gap_is_refused() {
    assert!(gaps::parts(&[200]).is_err_and(|wrong| wrong.contains("200")));
}
