//! The frame's own data: who looks, at what, when, and what was said a moment ago.

use door::Time;
use jiff::tz::TimeZone;

use super::{Avatar, Field, Form, Icon, May, Person, Refused, assets};
use crate::identity::ViewShown;
use crate::organisations::Role;
use crate::texts::Texts;

/// On which side of the work a person stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// In the organisation that does the work.
    Staff,
    /// In a client that the work is done for.
    Client,
}

/// The person who looks at the page.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// The person's name.
    pub name: String,
    /// The person's role in the organisation or client they have entered.
    pub role: Role,
    /// The organisation they have entered, or the one that serves their client.
    pub organisation: String,
    /// Their client, when they stand on that side.
    pub client: Option<String>,
    /// How many organisations they belong to; the switcher shows from two.
    pub organisations: usize,
    /// Actions that they may do without naming an object: looks of the navigation, creations.
    pub may: May,
}

impl Viewer {
    /// The side that the person stands on.
    pub fn side(&self) -> Side {
        if self.client.is_some() { Side::Client } else { Side::Staff }
    }
}

/// Somebody whom one can be in a demo with one click.
#[derive(Clone, Debug)]
pub struct Face {
    /// Name as the demo world has it.
    pub name: String,
    /// Mail address to sign in with.
    pub mail: String,
    /// Role there.
    pub role: Role,
    /// Their organisation or client.
    pub company: String,
}

impl Face {
    /// The person with their picture.
    pub fn person(&self) -> Person {
        Person::new(&self.name)
    }
}

/// The portal runs as a demo.
#[derive(Clone, Debug)]
pub struct Demo {
    /// The password that all demo people share; refused outside a demo.
    pub password: String,
    /// The people to be.
    pub people: Vec<Face>,
}

/// What the frame of every page needs.
#[derive(Clone, Debug)]
pub struct Page {
    /// The words.
    pub texts: Texts,
    /// When the page is made.
    pub now: Time,
    /// The reader's time zone.
    pub zone: TimeZone,
    /// The path of the page; it marks the place in the navigation.
    pub path: String,
    /// A fresh random key; each form derives its own from it against being sent twice.
    pub key: String,
    /// The stylesheet of the organisation whose rooms the reader is in, where it has a colour of its own.
    pub colours: Option<String>,
    /// Its picture's address, where it has one.
    pub logo: Option<String>,
    /// Who looks; nobody before the sign-in.
    pub viewer: Option<Viewer>,
    /// Whether there can be passkeys: the portal is reached by a name.
    pub passkeys: bool,
    /// Set when the portal runs as a demo.
    pub demo: Option<Demo>,
    /// Until when nothing is expected to be written, during maintenance.
    pub maintenance_until: Option<Time>,
    /// As whom the reader looks, if not as themselves.
    pub view: Option<ViewShown>,
    /// When the organisation, or the reader's company, is deleted, if that was asked for.
    pub deleted_at: Option<Time>,
    /// From when the organisation asks for a second factor, as long as the reader has none.
    pub factor_from: Option<Time>,
    /// One sentence about what was just done.
    pub notice: Option<String>,
    /// The form of this page that was just refused.
    pub refused: Option<Refused>,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            texts: Texts::default(),
            now: Time(0),
            zone: TimeZone::UTC,
            path: "/".into(),
            key: String::new(),
            colours: None,
            logo: None,
            viewer: None,
            passkeys: false,
            demo: None,
            maintenance_until: None,
            view: None,
            deleted_at: None,
            factor_from: None,
            notice: None,
            refused: None,
        }
    }
}

/// A line of the navigation.
#[derive(Clone, Debug)]
pub struct NavigationItem {
    /// Where it leads.
    pub href: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// Its picture.
    pub icon: Icon,
    /// The reader is there.
    pub here: bool,
}

impl Page {
    /// The name at the top: the organisation that the reader has entered.
    pub fn place_name(&self) -> &str {
        self.viewer.as_ref().map_or(self.texts.portal(), |viewer| viewer.organisation.as_str())
    }

    /// What is said on every page to whoever has no second factor, where one is asked for from this time on.
    pub fn factor_wanted(&self, from: &Time) -> String {
        if *from > self.now {
            self.texts.factor_wanted_from(self.place_name(), self.day(from).words())
        } else {
            self.texts.factor_wanted_now(self.place_name())
        }
    }

    /// What is said on every page in rooms that are deleted at this time.
    pub fn ends(&self, at: &Time) -> String {
        self.texts.ending_on_every_page(self.day(at).words())
    }

    /// What is said on every page during maintenance that is expected to be over at this time.
    pub fn maintenance(&self, until: &Time) -> String {
        if *until > self.now {
            self.texts.maintenance_now(self.when(until).words())
        } else {
            self.texts.maintenance_longer().to_owned()
        }
    }

    /// What is said on every page to whoever looks as somebody else.
    pub fn looking_as(&self, view: &ViewShown) -> String {
        if view.over {
            return self.texts.view_over().to_owned();
        }
        self.texts.view_says(
            view.name.as_str(),
            view.client_name.as_deref().unwrap_or_default(),
            self.when(&view.until).words(),
        )
    }

    /// The way back to oneself.
    pub fn end_view(&self) -> Form {
        self.form("/session/view/end", self.texts.view_end())
    }

    /// Whether the reader stands on the organisation's side.
    pub fn is_staff(&self) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.side() == Side::Staff)
    }

    /// Whether the reader may do an action that names no object.
    pub fn may(&self, action: &str) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.may.has(action))
    }

    /// Daily places.
    pub fn navigation(&self) -> Vec<NavigationItem> {
        let texts = self.texts;
        let mut items = vec![self.item("/", texts.home(), Icon::Home)];
        if self.may("client.list") {
            items.push(self.item("/clients", texts.clients(), Icon::Clients));
        }
        if self.may("project.list") {
            items.push(self.item("/projects", texts.projects(), Icon::Projects));
        }
        if self.may("request.waiting") {
            items.push(self.item("/requests", texts.documents(), Icon::Documents));
        }
        if self.may("trail.list") {
            items.push(self.item("/trail", texts.trail(), Icon::Trail));
        }
        items
    }

    /// Places for now and then.
    pub fn navigation_below(&self) -> Vec<NavigationItem> {
        let texts = self.texts;
        let mut items = Vec::new();
        if self.may("membership.list") {
            items.push(self.item("/people", texts.people_and_access(), Icon::Clients));
        }
        if self.may("matrix.show") {
            items.push(self.item("/matrix", texts.matrix(), Icon::Matrix));
        }
        if self.may("readiness.show") {
            items.push(self.item("/readiness", texts.readiness(), Icon::Readiness));
        }
        if self.may("trust.show") {
            items.push(self.item("/trust", texts.trust(), Icon::Lock));
        }
        if self.viewer.as_ref().is_some_and(|viewer| viewer.organisations > 1) {
            items.push(self.item("/organisations", texts.organisations(), Icon::Organisations));
        }
        items
    }

    fn item(&self, href: &'static str, label: &'static str, icon: Icon) -> NavigationItem {
        let here = match href {
            "/" => self.path == "/",
            _ => self.path == href || self.path.starts_with(&format!("{href}/")),
        };
        NavigationItem { href, label, icon, here }
    }

    /// The round picture of somebody.
    pub fn face(&self, name: &str) -> Avatar {
        Person::new(name).face()
    }

    /// The reader as a person with a face.
    pub fn me(&self) -> Person {
        Person::new(self.viewer.as_ref().map_or("", |viewer| &viewer.name))
    }

    /// A demo person's way in: the same form as everybody's, filled in.
    pub fn be(&self, demo: &Demo, face: &Face) -> Form {
        self.form("/session/open", face.name.as_str())
            .named(&face.mail)
            .field(Field::hidden("mail", face.mail.as_str()))
            .field(Field::hidden("password", demo.password.as_str()))
    }

    /// The same from another demo person's page, where a first name is enough.
    pub fn be_instead(&self, demo: &Demo, face: &Face) -> Form {
        let label = self.texts.demo_face(face.person().first_name(), face.role.label(&self.texts));
        self.be(demo, face).saying(label)
    }

    /// The way out.
    pub fn sign_out(&self) -> Form {
        self.form("/session/close", self.texts.sign_out()).quiet()
    }

    /// The stylesheet's address.
    pub fn stylesheet(&self) -> &'static str {
        assets::STYLESHEET.path()
    }

    /// The script's address.
    pub fn script(&self) -> &'static str {
        assets::SCRIPT.path()
    }

    /// The address of the script that speaks to authenticators.
    pub fn passkey_script(&self) -> &'static str {
        assets::PASSKEY_SCRIPT.path()
    }

    /// The address of the picture in the browser's tab.
    pub fn icon(&self) -> &'static str {
        assets::ICON.path()
    }
}
