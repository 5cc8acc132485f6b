use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn filter(act: &str) -> Filter {
    Filter { act: Some(act.to_owned()), ..Filter::default() }
}

#[test]
fn a_cursor_belongs_to_its_list() {
    let mark = Mark { at: Time(1_763_772_132_345_678), n: 48_211 };
    let cursor = mark.cursor(&filter("project.create"));
    assert_eq!(Mark::parse(&cursor, &filter("project.create")), Ok(mark));
    let object = Filter { object: Some(Uuid::nil()), ..Filter::default() };
    for other in [Filter::default(), filter("project.list"), object] {
        assert_eq!(Mark::parse(&cursor, &other), Err(BadCursor));
    }
    assert_eq!(Mark::parse(&cursor.to_uppercase(), &filter("project.create")), Err(BadCursor));
}

#[test]
fn the_order_is_that_of_time_then_of_number() {
    let mark = |at, n| Mark { at: Time(at), n };
    let mut marks = [mark(2, 1), mark(1, 9), mark(2, 5), mark(1, 2)];
    marks.sort_by_key(|mark| Reverse(*mark));
    assert_eq!(marks, [mark(2, 5), mark(2, 1), mark(1, 9), mark(1, 2)]);
}

proptest! {
    #[test]
    fn a_cursor_comes_back(at in 0..i64::MAX, n in 0..i64::MAX) {
        let mark = Mark { at: Time(at), n };
        prop_assert_eq!(Mark::parse(&mark.cursor(&Filter::default()), &Filter::default()), Ok(mark));
    }

    #[test]
    fn any_text_is_a_cursor_or_refused(text in ".{0,60}", digits in "[0-9a-f]{32}") {
        let _ = Mark::parse(&text, &Filter::default());
        let forged = format!("{digits}{}", &Mark { at: Time(0), n: 0 }.cursor(&Filter::default())[32..]);
        if let Ok(mark) = Mark::parse(&forged, &Filter::default()) {
            prop_assert!(0 <= mark.at.0 && 0 <= mark.n);
        }
    }
}
