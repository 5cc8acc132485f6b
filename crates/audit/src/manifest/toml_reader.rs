//! Reads TOML by key, and knows the line of each: wrong types, missing keys and unknown keys are errors with their place.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{RequestLine, Template};
use crate::error::{Result, Trouble};
use crate::nearest::nearest;

/// The file: what it is called, where its lines begin, and which keys were read.
pub(super) struct Source<'a> {
    name: String,
    text: &'a str,
    lines: RefCell<BTreeMap<String, usize>>,
    asked: RefCell<BTreeSet<String>>,
}

/// A table of the file, which remembers the keys that it was asked for.
pub(super) struct Table<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) path: String,
    span: Range<usize>,
    members: &'a DeTable<'a>,
    asked: RefCell<BTreeSet<String>>,
}

/// A value with its key.
#[derive(Clone)]
pub(super) struct Field<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) path: String,
    span: Range<usize>,
    value: &'a DeValue<'a>,
}

impl<'a> Source<'a> {
    pub(super) fn new(path: &Path, text: &'a str) -> Self {
        Self { name: path.display().to_string(), text, lines: RefCell::default(), asked: RefCell::default() }
    }

    /// Reads the text. What is not TOML is an error with its line.
    pub(super) fn document(&self) -> Result<Spanned<DeTable<'a>>> {
        DeTable::parse(self.text).map_err(|error| {
            let line = error.span().map_or(1, |span| self.line(span.start));
            let wrong = error.message().lines().collect::<Vec<_>>().join(", ");
            Trouble::new(format!("{}:{line}", self.name), format!("not TOML: {wrong}"))
        })
    }

    pub(super) fn root(&'a self, document: &'a Spanned<DeTable<'a>>) -> Table<'a> {
        Table { source: self, path: String::new(), span: 0..0, members: document.get_ref(), asked: RefCell::default() }
    }

    /// The line of each key that was read.
    pub(super) fn lines(&self) -> BTreeMap<String, usize> {
        self.lines.borrow().clone()
    }

    /// Every key that the reader asked for, whether it is there or not.
    #[cfg(test)]
    pub(super) fn asked(&self) -> BTreeSet<String> {
        self.asked.borrow().clone()
    }

    fn line(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or(self.text);
        before.bytes().filter(|byte| *byte == b'\n').count() + 1
    }

    fn trouble(&self, offset: usize, path: &str, wrong: impl Into<String>) -> Trouble {
        let colon = if path.is_empty() { String::new() } else { format!(": {path}") };
        Trouble::new(format!("{}:{}{colon}", self.name, self.line(offset)), wrong)
    }
}

impl<'a> Table<'a> {
    /// A value, where there is one.
    pub(super) fn get(&self, key: &str) -> Option<Field<'a>> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.source.asked.borrow_mut().insert(key.to_owned());
        let (name, value) = self.members.iter().find(|(name, _)| name.get_ref() == key)?;
        Some(self.field(name, value))
    }

    /// A value read in some way, where there is one.
    pub(super) fn optional<T>(&self, key: &str, read: impl FnOnce(&Field<'a>) -> Result<T>) -> Result<Option<T>> {
        self.get(key).as_ref().map(read).transpose()
    }

    /// A value read in some way, or an error that names the key, or the misspelt one that stands in its place.
    pub(super) fn required<T>(&self, key: &str, read: impl FnOnce(&Field<'a>) -> Result<T>, hint: &str) -> Result<T> {
        if let Some(value) = self.optional(key, read)? {
            return Ok(value);
        }
        let unasked = self.members.keys().filter(|name| !self.asked.borrow().contains(&**name.get_ref()));
        let misspelt =
            unasked.filter(|name| nearest(name.get_ref(), [key]).is_some()).min_by_key(|name| name.span().start);
        Err(match misspelt {
            Some(name) => self.unknown(name, Some(key)),
            None => self.trouble(format!("the key `{key}` is missing")).hint(hint),
        })
    }

    /// A flag; false where it is not said.
    pub(super) fn flag(&self, key: &str) -> Result<bool> {
        Ok(self.optional(key, Field::flag)?.unwrap_or(false))
    }

    /// A table in it, empty where it is not there.
    pub(super) fn section<T: Default>(&self, key: &str, read: impl FnOnce(&Table<'a>) -> Result<T>) -> Result<T> {
        let Some(field) = self.get(key) else { return Ok(T::default()) };
        let table = field.table()?;
        let value = read(&table)?;
        table.refuse_unknown()?;
        Ok(value)
    }

    /// Every value, in the order of the file, under whatever key.
    pub(super) fn all(&self) -> Vec<(String, Field<'a>)> {
        let mut fields: Vec<_> =
            self.members.iter().map(|(name, value)| (name.get_ref().to_string(), self.field(name, value))).collect();
        fields.sort_by_key(|(_, field)| field.span.start);
        self.asked.borrow_mut().extend(fields.iter().map(|(name, _)| name.clone()));
        fields
    }

    /// An error for every key that nobody asked for.
    pub(super) fn refuse_unknown(&self) -> Result<()> {
        let asked = self.asked.borrow();
        let mut unknown: Vec<_> = self.members.iter().filter(|(name, _)| !asked.contains(&**name.get_ref())).collect();
        unknown.sort_by_key(|(name, _)| name.span().start);
        let Some((name, _)) = unknown.first() else { return Ok(()) };
        Err(self.unknown(name, nearest(name.get_ref(), asked.iter().map(String::as_str))))
    }

    fn unknown(&self, name: &Spanned<std::borrow::Cow<'a, str>>, meant: Option<&str>) -> Trouble {
        let trouble = self.source.trouble(name.span().start, &self.path_of(name.get_ref()), "unknown key");
        match meant {
            Some(meant) => trouble.hint(format!("did you mean {meant:?}?")),
            None => {
                let known: Vec<String> = self.asked.borrow().iter().cloned().collect();
                trouble.hint(format!("known here: {}", known.join(", ")))
            }
        }
    }

    pub(super) fn trouble(&self, wrong: impl Into<String>) -> Trouble {
        self.source.trouble(self.span.start, &self.path, wrong)
    }

    fn field(&self, name: &Spanned<std::borrow::Cow<'a, str>>, value: &'a Spanned<DeValue<'a>>) -> Field<'a> {
        let path = self.path_of(name.get_ref());
        self.source.lines.borrow_mut().insert(path.clone(), self.source.line(name.span().start));
        Field { source: self.source, path, span: name.span(), value: value.get_ref() }
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

impl<'a> Field<'a> {
    pub(super) fn line(&self) -> usize {
        self.source.line(self.span.start)
    }

    pub(super) fn trouble(&self, wrong: impl Into<String>) -> Trouble {
        self.source.trouble(self.span.start, &self.path, wrong)
    }

    fn expected(&self, what: &str) -> Trouble {
        let given = match self.value {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.trouble(format!("{what} is expected, this is {given}"))
    }

    pub(super) fn is_table(&self) -> bool {
        self.value.is_table()
    }

    pub(super) fn is_text(&self) -> bool {
        self.value.is_str()
    }

    pub(super) fn text(&self) -> Result<String> {
        self.value.as_str().map(str::to_owned).ok_or_else(|| self.expected("a text"))
    }

    pub(super) fn filled_text(&self) -> Result<String> {
        let text = self.text()?;
        if text.trim().is_empty() { Err(self.trouble("the text is empty")) } else { Ok(text) }
    }

    pub(super) fn flag(&self) -> Result<bool> {
        self.value.as_bool().ok_or_else(|| self.expected("true or false"))
    }

    pub(super) fn count(&self) -> Result<u32> {
        let number = self.value.as_integer().ok_or_else(|| self.expected("a whole number"))?;
        u32::from_str_radix(number.as_str(), number.radix())
            .ok()
            .filter(|number| *number > 0)
            .ok_or_else(|| self.trouble("a whole number from 1 on is expected"))
    }

    /// One text, or a list of them.
    pub(super) fn texts(&self) -> Result<Vec<String>> {
        if self.value.is_str() {
            return Ok(vec![self.filled_text()?]);
        }
        self.elements("a text or a list of texts")?.iter().map(Field::filled_text).collect()
    }

    /// A list of tables (`[[waive]]`), or of anything.
    pub(super) fn elements(&self, what: &str) -> Result<Vec<Field<'a>>> {
        let elements = self.value.as_array().ok_or_else(|| self.expected(what))?;
        let numbered = elements.iter().enumerate().map(|(position, element)| Field {
            source: self.source,
            path: format!("{}[{position}]", self.path),
            span: element.span(),
            value: element.get_ref(),
        });
        Ok(numbered.collect())
    }

    pub(super) fn table(&self) -> Result<Table<'a>> {
        let members = self.value.as_table().ok_or_else(|| self.expected("a table"))?;
        Ok(Table {
            source: self.source,
            path: self.path.clone(),
            span: self.span.clone(),
            members,
            asked: RefCell::default(),
        })
    }

    /// A day: `2026-12-31`, with or without quotes.
    pub(super) fn date(&self) -> Result<Date> {
        let text = match self.value {
            DeValue::Datetime(date) => date.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => return Err(self.expected("a day")),
        };
        text.parse().map_err(|_| self.trouble(format!("`{text}` is not a day")).hint("write it as 2026-12-31"))
    }

    /// `90s`, `15m`, `8h`, `30d`, or a number of seconds.
    pub(super) fn duration(&self) -> Result<Duration> {
        if self.value.is_integer() {
            return Ok(Duration::from_secs(u64::from(self.count()?)));
        }
        let text = self.text()?;
        let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let factor = match unit.trim() {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            _ => 0,
        };
        number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor)).filter(|_| factor > 0).map_or_else(
            || Err(self.trouble(format!("`{text}` is not a time span")).hint("write it as 90s, 15m, 8h or 30d")),
            |seconds| Ok(Duration::from_secs(seconds)),
        )
    }

    pub(super) fn request(&self) -> Result<RequestLine> {
        RequestLine::parse(&self.text()?)
            .map_err(|wrong| self.trouble(wrong).hint("a request is one line: [ACTOR:] VERB PATH [JSON] [-> key]"))
    }

    /// One request, or a list of them.
    pub(super) fn requests(&self) -> Result<Vec<RequestLine>> {
        if !self.is_list() {
            return Ok(vec![self.request()?]);
        }
        let all = self.elements("a request or a list of requests")?;
        if all.is_empty() {
            return Err(self.trouble("is empty").hint("name one request, or leave the key out"));
        }
        all.iter().map(Self::request).collect()
    }

    pub(super) fn is_list(&self) -> bool {
        self.value.as_array().is_some()
    }

    pub(super) fn template(&self) -> Result<Template> {
        Template::parse(&self.text()?).map_err(|wrong| self.trouble(wrong))
    }
}
