//! Every sentence that a person reads on a page, in one table.
//!
//! A text is a method of [`Texts`]: `page.texts.sign_in()`. Texts with parts that
//! change take them as arguments, so that a language may put them where its
//! grammar wants them. The table in `table.rs` has one line a text and one column a
//! language; the compiler refuses a language that lacks a line.
//!
//! To add German: add `De` to [`Language`] and a `De "…"` to each line.

mod events;
mod letters;
mod phrases;
mod table;
#[cfg(test)]
mod tests;

/// The languages that the pages speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    En,
}

impl Language {
    /// The language's tag for the `lang` attribute (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
        }
    }
}

/// The texts of one language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// The language that the texts are in.
    pub language: Language,
}

impl Texts {
    /// A number in words up to twelve, in figures above, as a careful writer does.
    pub fn count(self, number: usize) -> String {
        let words = self.numbers();
        words.split(' ').nth(number).map_or_else(|| number.to_string(), str::to_owned)
    }
}

/// Writes a capital at the beginning of a sentence.
fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Turns the table into methods of [`Texts`].
///
/// `name: En "sentence";` becomes `fn name(self) -> &'static str`, and
/// `name(part: Type): En "sentence with {part}";` becomes `fn name(self, part: Type) -> String`.
macro_rules! texts {
    ($( $name:ident $(($($part:ident: $kind:ty),+))?: $($language:ident $text:literal)+; )*) => {
        $( $crate::texts::text! { $name $(($($part: $kind),+))?: $($language $text)+ } )*
    };
}
/// One line of the table.
macro_rules! text {
    ($name:ident: $($language:ident $text:literal)+) => {
        impl super::Texts {
            #[doc = concat!($("`", $text, "` "),+)]
            pub fn $name(self) -> &'static str {
                match self.language { $(super::Language::$language => $text),+ }
            }
        }
    };
    ($name:ident($($part:ident: $kind:ty),+): $($language:ident $text:literal)+) => {
        impl super::Texts {
            #[doc = concat!($("`", $text, "` "),+)]
            pub fn $name(self, $($part: $kind),+) -> String {
                match self.language { $(super::Language::$language => format!($text)),+ }
            }
        }
    };
}
use {text, texts};
