//! Actions whose effects leave the service, by their words: money, mail, messages.

/// Words of such actions, with what they do there.
const OUTSIDE: [(&str, &str); 9] = [
    ("pay", PAYMENT),
    ("charge", PAYMENT),
    ("checkout", PAYMENT),
    ("refund", PAYMENT),
    ("invite", "mail"),
    ("invitation", "mail"),
    ("mail", "mail"),
    ("sms", "message"),
    ("webhook", "webhook"),
];
const PAYMENT: &str = "payment";

/// What leaves the service by an action of these words.
pub fn effect(words: &[String]) -> Option<&'static str> {
    let says = |word: &str| words.iter().any(|own| own == word || own.strip_suffix('s') == Some(word));
    OUTSIDE.iter().find(|(word, _)| says(word)).map(|(_, effect)| *effect)
}

/// Whether money moves.
pub fn is_payment(words: &[String]) -> bool {
    effect(words) == Some(PAYMENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_are_known_by_whole_words() {
        let of = |text: &str| effect(&text.split('/').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(of("orders/pay"), Some("payment"));
        assert_eq!(of("teams/invitations"), Some("mail"));
        assert_eq!(of("payees/mailboxes"), None);
    }
}
