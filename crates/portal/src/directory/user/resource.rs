//! A user as the directory is shown it (RFC 7643 section 4.1).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Groups, SCHEMA, User};
use crate::directory::base;
use crate::directory::group::GroupOfUser;
use crate::ids::DirectoryUserId;
use crate::world::World;

/// A user.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserShown {
    /// Of which schema it is.
    pub schemas: Vec<String>,
    /// Its id here.
    pub id: DirectoryUserId,
    /// Its number there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// What it is called there.
    pub user_name: String,
    /// Its name in parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<NameShown>,
    /// Its name, as people read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Where its invitation went.
    pub emails: Vec<MailShown>,
    /// Whether it may be here. Somebody whom the organisation's own people have suspended may not, either.
    pub active: bool,
    /// The groups that it is in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupOfUser>,
    /// About the resource.
    pub meta: Meta,
}

/// A name in parts.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NameShown {
    /// The given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// The family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
}

/// A mail address.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MailShown {
    /// The address.
    pub value: String,
    /// `work`.
    #[serde(rename = "type")]
    pub kind: String,
    /// There is one alone.
    pub primary: bool,
}

/// About a resource (RFC 7643 section 3.1).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// `User` or `Group`.
    pub resource_type: String,
    /// Since when it is here.
    pub created: door::Time,
    /// When the directory last changed it.
    pub last_modified: door::Time,
    /// Where it is.
    pub location: String,
}

impl UserShown {
    /// As it stands. The world says where this portal is.
    pub(super) fn of(user: &User, groups: Groups, world: &World) -> Self {
        let attributes = &user.attributes;
        let (given_name, family_name) = (attributes.given_name.clone(), attributes.family_name.clone());
        let named = given_name.is_some() || family_name.is_some();
        Self {
            schemas: vec![SCHEMA.to_owned()],
            id: user.id,
            external_id: attributes.external_id.clone(),
            user_name: attributes.user_name.as_str().to_owned(),
            name: named.then_some(NameShown { given_name, family_name }),
            display_name: attributes.name.clone(),
            emails: vec![MailShown {
                value: attributes.mail.as_str().to_owned(),
                kind: "work".to_owned(),
                primary: true,
            }],
            active: user.is_active(),
            groups: groups.into_iter().map(|(id, name)| GroupOfUser::of(id, name, world)).collect(),
            meta: Meta {
                resource_type: "User".to_owned(),
                created: user.made_at,
                last_modified: user.changed_at,
                location: format!("{}/Users/{}", base(&world.public_origin), user.id),
            },
        }
    }
}
