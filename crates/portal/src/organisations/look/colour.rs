//! Colours, as an organisation chooses one of its own: what can be read on them, and what becomes of one on light and on dark
//! pages. Contrast is that of WCAG 2.2 (“contrast ratio”, “relative luminance”).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// What text of the usual size needs (WCAG 2.2, 1.4.3).
const CONTRAST_MIN: f64 = 4.5;

/// A colour: `#155a80`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

const WHITE: Colour = Colour([255, 255, 255]);
const BLACK: Colour = Colour([0, 0, 0]);
/// The darkest that text of this colour stands on, on light pages; and the lightest, on dark ones.
const ON_LIGHT: Colour = Colour([0xe5, 0xe9, 0xea]);
const ON_DARK: Colour = Colour([0x27, 0x30, 0x3a]);

impl Colour {
    /// How light it is, 0 to 1.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// The contrast of two colours, 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// So many of 256 parts of the way to another colour.
    fn towards(self, other: Self, parts: u16) -> Self {
        let mixed = |one: u8, two: u8| {
            let sum = u32::from(one) * u32::from(256 - parts) + u32::from(two) * u32::from(parts);
            u8::try_from(sum / 256).unwrap_or(u8::MAX)
        };
        let ([a, b, c], [x, y, z]) = (self.0, other.0);
        Self([mixed(a, x), mixed(b, y), mixed(c, z)])
    }

    /// The nearest on the way to another colour that can be read on this ground: the colour itself, where it can.
    fn readable_on(self, ground: Self, other: Self) -> Self {
        let ways = (0..=256).map(|parts| self.towards(other, parts));
        ways.into_iter().find(|colour| colour.contrast(ground) >= CONTRAST_MIN).unwrap_or(other)
    }

    /// Whether white text can be read on it; if not, why, with the nearest on which it can.
    ///
    /// # Errors
    /// The fragment of a sentence.
    pub fn carries_white(self) -> Result<(), String> {
        let contrast = self.contrast(WHITE);
        if contrast >= CONTRAST_MIN {
            return Ok(());
        }
        // Cut, not rounded: 4.49 is not 4.5.
        let shown = (contrast * 10.0).floor() / 10.0;
        let nearest = self.readable_on(WHITE, BLACK);
        Err(format!("is too light for white text (contrast {shown:.1}, {CONTRAST_MIN} is needed): {nearest} would do"))
    }

    /// For text and buttons on light pages: the colour, or a shade of it that can be read there.
    #[must_use]
    pub fn on_light(self) -> Self {
        self.readable_on(ON_LIGHT, BLACK)
    }

    /// For text and buttons on dark pages: a tint of it that can be read there.
    #[must_use]
    pub fn on_dark(self) -> Self {
        self.readable_on(ON_DARK, WHITE)
    }

    /// The stylesheet that makes it the accent of pages.
    #[must_use]
    pub fn stylesheet(self) -> String {
        let (light, dark) = (self.on_light(), self.on_dark());
        let (light_hover, dark_hover) = (light.towards(BLACK, 56), dark.towards(WHITE, 90));
        format!(
            ":root {{\n  --accent: light-dark({light}, {dark});\n  --accent-hover: light-dark({light_hover}, {dark_hover});\n  \
             --accent-soft: color-mix(in srgb, var(--accent) 10%, var(--card));\n}}\n"
        )
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl FromStr for Colour {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "must be a colour such as #155a80".to_owned();
        let digits = text.trim().strip_prefix('#').filter(|digits| digits.len() == 6).ok_or_else(wrong)?;
        let mut parts = [0; 3];
        hex::decode_to_slice(digits, &mut parts).map_err(|_| wrong())?;
        Ok(Self(parts))
    }
}

impl Serialize for Colour {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Colour {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl PartialSchema for Colour {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).pattern(Some("^#[0-9a-fA-F]{6}$")).into()
    }
}

impl ToSchema for Colour {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn colour(text: &str) -> Colour {
        text.parse().unwrap()
    }

    #[test]
    fn contrast_is_what_the_recommendation_says() {
        assert!((BLACK.contrast(WHITE) - 21.0).abs() < 1e-9);
        assert!((colour("#777777").contrast(WHITE) - 4.478).abs() < 1e-3);
        assert!((colour("#767676").contrast(WHITE) - 4.542).abs() < 1e-3);
    }

    #[test]
    fn what_is_too_light_is_refused_with_the_nearest_that_will_do() {
        assert_eq!(colour("#155a80").carries_white(), Ok(()));
        assert_eq!(colour("#767676").carries_white(), Ok(()));
        let why = colour("#777777").carries_white().unwrap_err();
        assert_eq!(why, "is too light for white text (contrast 4.4, 4.5 is needed): #767676 would do");
        for wrong in ["", "red", "155a80", "#155a8", "#155a800", "#155a8g", "#ääa"] {
            assert!(wrong.parse::<Colour>().is_err(), "{wrong}");
        }
    }

    proptest! {
        /// Whatever is chosen, the pages can be read; and whatever is proposed is taken.
        #[test]
        fn every_colour_becomes_readable(parts in any::<[u8; 3]>()) {
            let chosen = Colour(parts);
            prop_assert_eq!(chosen.to_string().parse::<Colour>().unwrap(), chosen);
            if let Err(why) = chosen.carries_white() {
                let proposed = why.rsplit_once('#').unwrap().1.split(' ').next().unwrap();
                prop_assert_eq!(colour(&format!("#{proposed}")).carries_white(), Ok(()));
            }
            for (light, ground) in [(chosen.on_light(), "#f6f5f2"), (chosen.on_light(), "#ffffff")] {
                prop_assert!(light.contrast(colour(ground)) >= CONTRAST_MIN);
            }
            for ground in ["#11151a", "#181d24", "#1f252d"] {
                prop_assert!(chosen.on_dark().contrast(colour(ground)) >= CONTRAST_MIN);
            }
            // What stands on a button.
            prop_assert!(chosen.on_light().contrast(WHITE) >= CONTRAST_MIN);
            prop_assert!(chosen.on_dark().contrast(colour("#0a1a25")) >= CONTRAST_MIN);
            // And on the soft ground that is mixed from it.
            let (soft, dark) = (WHITE.towards(chosen.on_light(), 26), colour("#181d24").towards(chosen.on_dark(), 26));
            prop_assert!(chosen.on_light().contrast(soft) >= CONTRAST_MIN, "{} on {}", chosen.on_light(), soft);
            prop_assert!(chosen.on_dark().contrast(dark) >= CONTRAST_MIN, "{} on {}", chosen.on_dark(), dark);
        }
    }
}
