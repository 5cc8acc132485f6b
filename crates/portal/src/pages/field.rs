//! A field of a form: what it asks, how it is filled in, and what was wrong with it.

use super::Refused;

/// One of several answers.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// A line that explains it, may be empty.
    pub help: String,
}

impl Choice {
    /// A choice without explanation.
    pub fn new(value: impl ToString, label: impl Into<String>) -> Self {
        Self { value: value.to_string(), label: label.into(), help: String::new() }
    }

    /// Adds a line that explains it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}

/// How a field is filled in.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Line(&'static str),
    Secret,
    Lines,
    Radio(Vec<Choice>),
    Select(Vec<Choice>),
    Checks(Vec<Choice>),
    File,
    Hidden,
}

/// One field of a form.
#[derive(Clone, Debug)]
pub struct Field {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) kind: Kind,
    pub(super) value: String,
    pub(super) help: String,
    pub(super) error: String,
    pub(super) complete: &'static str,
    pub(super) letters_max: usize,
    pub(super) required: bool,
    pub(super) focused: bool,
    pub(super) id: String,
    pub(super) optional: &'static str,
}

impl Field {
    fn new(name: impl Into<String>, label: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            kind,
            value: String::new(),
            help: String::new(),
            error: String::new(),
            complete: "",
            letters_max: 200,
            required: true,
            focused: false,
            id: String::new(),
            optional: "",
        }
    }

    /// One line of text.
    pub fn text(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Kind::Line("text"))
    }

    /// A mail address.
    pub fn mail(name: impl Into<String>, label: impl Into<String>) -> Self {
        let mut field = Self::new(name, label, Kind::Line("email"));
        field.letters_max = 254; // RFC 5321, 4.5.3.1.3
        field
    }

    /// An address of the web.
    pub fn url(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Kind::Line("url"))
    }

    /// A day.
    pub fn day(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Kind::Line("date"))
    }

    /// A day and a time of it.
    pub fn moment(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Kind::Line("datetime-local"))
    }

    /// A password or another secret of one line; never shown again after a refusal.
    pub fn secret(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Kind::Secret)
    }

    /// Several lines of text.
    pub fn lines(name: impl Into<String>, label: impl Into<String>) -> Self {
        let mut field = Self::new(name, label, Kind::Lines);
        field.letters_max = 10_000;
        field
    }

    /// One of a few, all in sight.
    pub fn radio(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::new(name, label, Kind::Radio(choices))
    }

    /// One of many.
    pub fn select(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::new(name, label, Kind::Select(choices))
    }

    /// Any number of a few. Its value is the chosen values with spaces between.
    pub fn checks(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::new(name, label, Kind::Checks(choices)).optional_silently()
    }

    /// A file. It stands last in its form, so that what is typed arrives before it.
    pub fn file(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Kind::File)
    }

    /// A value that goes with the form unseen.
    pub fn hidden(name: impl Into<String>, value: impl Into<String>) -> Self {
        let mut field = Self::new(name, "", Kind::Hidden);
        field.value = value.into();
        field
    }

    /// The value that stands in it at first.
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// A line under the label.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// What a browser may fill in by itself (HTML, autofill tokens).
    pub fn complete(mut self, token: &'static str) -> Self {
        self.complete = token;
        self
    }

    /// How many letters it takes at most.
    pub fn limit(mut self, letters_max: usize) -> Self {
        self.letters_max = letters_max;
        self
    }

    /// It may stay empty, and says so with the word given.
    pub fn optional(mut self, word: &'static str) -> Self {
        self.required = false;
        self.optional = word;
        self
    }

    /// The cursor stands here when the page opens.
    pub fn focused(mut self) -> Self {
        self.focused = true;
        self
    }

    /// Puts the field into its form; when that was refused, with what was typed and what was wrong.
    pub(super) fn placed(mut self, form: &str, refused: Option<&Refused>, is_first_wrong: bool) -> Self {
        self.id = format!("{form}-{}", self.name);
        let Some(refused) = refused.filter(|_| !matches!(self.kind, Kind::Hidden)) else { return self };
        if let Some(value) = refused.values.get(&self.name)
            && !matches!(self.kind, Kind::Secret | Kind::File)
        {
            self.value.clone_from(value);
        }
        if let Some(error) = refused.errors.get(&self.name) {
            self.error.clone_from(error);
        }
        self.focused = is_first_wrong && self.is_wrong();
        self
    }

    pub(super) fn is_wrong(&self) -> bool {
        !self.error.is_empty()
    }

    /// It may stay empty: part of a question, where nothing has to be asked.
    pub fn unasked(self) -> Self {
        self.optional_silently()
    }

    fn optional_silently(mut self) -> Self {
        self.required = false;
        self
    }

    pub(super) fn is_chosen(&self, choice: &Choice) -> bool {
        match self.kind {
            Kind::Checks(_) => self.value.split(' ').any(|value| value == choice.value),
            _ => self.value == choice.value,
        }
    }

    pub(super) fn is_single(&self) -> bool {
        matches!(self.kind, Kind::Radio(_))
    }

    /// The ids of the lines that describe the field, for `aria-describedby`.
    pub(super) fn described_by(&self) -> String {
        let mut ids = Vec::new();
        if !self.error.is_empty() {
            ids.push(format!("{}-error", self.id));
        }
        if !self.help.is_empty() {
            ids.push(format!("{}-help", self.id));
        }
        ids.join(" ")
    }
}
