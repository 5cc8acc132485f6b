use super::Texts;

const TEXTS: Texts = Texts { language: super::Language::En };

#[test]
fn numbers_are_words_up_to_twelve() {
    assert_eq!(TEXTS.count(3), "three");
    assert_eq!(TEXTS.count(12), "twelve");
    assert_eq!(TEXTS.count(13), "13");
}

#[test]
fn sentences_agree_with_their_number() {
    assert_eq!(TEXTS.things_wait(0), "Nothing waits for you.");
    assert_eq!(TEXTS.things_wait(1), "One thing waits for you.");
    assert_eq!(TEXTS.things_wait(3), "Three things wait for you.");
    assert_eq!(TEXTS.people_counted(1), "1 person");
    assert_eq!(TEXTS.people_counted(0), "0 people");
}

#[test]
fn lists_end_in_and() {
    assert_eq!(TEXTS.list_of(&["Ana", "Maya", "Tom"]), "Ana, Maya and Tom");
    assert_eq!(TEXTS.list_of(&["Ana", "Maya"]), "Ana and Maya");
    assert_eq!(TEXTS.list_of(&["Ana"]), "Ana");
}

#[test]
fn thousands_are_set_apart() {
    assert_eq!(TEXTS.figures(0), "0");
    assert_eq!(TEXTS.figures(999), "999");
    assert_eq!(TEXTS.figures(48_219), "48,219");
    assert_eq!(TEXTS.figures(1_000_000), "1,000,000");
}

#[test]
fn every_list_of_words_is_whole() {
    assert_eq!(TEXTS.months().split(' ').count(), 12);
    assert_eq!(TEXTS.weekdays().split(' ').count(), 7);
    assert_eq!(TEXTS.numbers().split(' ').count(), 13);
}
