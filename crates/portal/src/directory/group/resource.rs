//! A group as the directory is shown it (RFC 7643 section 4.2), and as one of its users shows it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Group, Members, SCHEMA};
use crate::directory::base;
use crate::directory::user::Meta;
use crate::ids::{DirectoryGroupId, DirectoryUserId};
use crate::world::World;

/// A group.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupShown {
    /// Of which schema it is.
    pub schemas: Vec<String>,
    /// Its id here.
    pub id: DirectoryGroupId,
    /// Its number there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// What it is called there.
    pub display_name: String,
    /// Who is in it.
    pub members: Vec<MemberShown>,
    /// About the resource.
    pub meta: Meta,
}

/// Somebody in a group.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DirectoryMemberShown)]
pub struct MemberShown {
    /// The user.
    pub value: DirectoryUserId,
    /// Where it is.
    #[serde(rename = "$ref")]
    pub location: String,
    /// `User`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// A group that a user is in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct GroupOfUser {
    /// The group.
    pub value: DirectoryGroupId,
    /// Where it is.
    #[serde(rename = "$ref")]
    pub location: String,
    /// `direct`: there are no groups in groups.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is called.
    pub display: String,
}

impl GroupShown {
    /// As it stands. The world says where this portal is.
    pub(super) fn of(group: &Group, members: &Members, world: &World) -> Self {
        let base = base(&world.public_origin);
        let shown = |user: &DirectoryUserId| MemberShown {
            value: *user,
            location: format!("{base}/Users/{user}"),
            kind: "User".to_owned(),
        };
        Self {
            schemas: vec![SCHEMA.to_owned()],
            id: group.id,
            external_id: group.external_id.clone(),
            display_name: group.name.as_str().to_owned(),
            members: members.iter().map(shown).collect(),
            meta: Meta {
                resource_type: "Group".to_owned(),
                created: group.made_at,
                last_modified: group.changed_at,
                location: format!("{base}/Groups/{}", group.id),
            },
        }
    }
}

impl GroupOfUser {
    /// As it stands. The world says where this portal is.
    pub(in crate::directory) fn of(group: DirectoryGroupId, name: String, world: &World) -> Self {
        Self {
            value: group,
            location: format!("{}/Groups/{group}", base(&world.public_origin)),
            kind: "direct".to_owned(),
            display: name,
        }
    }
}
