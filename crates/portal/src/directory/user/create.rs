//! `directory.user.create`: somebody is to belong to the organisation.

use door::{Action, Change, Limit, Per, Permitted, Record, Refusal, Relations, Result, Spec, Verb, Way, Write, values};

use super::{BY_ID, Draft, User, UserShown, bring_in};
use crate::directory::{Directory, USER};
use crate::ids::DirectoryUserId;
use crate::standing::DIRECTORY;

/// Makes a user.
pub struct CreateUser;

impl Action for CreateUser {
    type Target = Directory;
    type Input = Draft;
    type Output = UserShown;
    const SPEC: Spec = Spec::new(
        "directory.user.create",
        "Says for the directory that somebody is to belong to the organisation: they are invited, unless they belong to it already.",
        Way::Scim(Verb::Post, "/Users"),
        Relations::of(&[DIRECTORY]),
    )
    .limits(&[
        Limit { times: 3_000, seconds: 60, per: Per::Address },
        // Letters go to people who have asked for none; a company may begin with all its people.
        Limit { times: 2_000, seconds: 3600, per: Per::CallerShared },
    ]);
}

impl Change for CreateUser {
    async fn change(
        input: &Draft,
        directory: &Permitted<Directory>,
        write: &mut Write<'_>,
    ) -> Result<(UserShown, Record)> {
        let wanted = input.clone().finish().map_err(|(name, why)| Refusal::field(name, why))?;
        let settled = bring_in(write, directory, &wanted).await?;
        let (id, now) = (DirectoryUserId(write.id()), write.now());
        let insert = "INSERT INTO directory_user (id, rev, salt, organisation, user_name, user_key, external_id, mail, \
                      name, given_name, family_name, active, membership, made_at, changed_at) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14) RETURNING *";
        let own = values![
            directory.organisation,
            &wanted.user_name,
            wanted.key(),
            wanted.external_id.clone(),
            &wanted.mail,
            wanted.name.clone(),
            wanted.given_name.clone(),
            wanted.family_name.clone(),
            wanted.active,
            settled.membership,
            now
        ];
        write.insert(USER, id.0, insert, own).await?;
        let row = write.one(BY_ID, values![id, directory.organisation]).await?;
        let shown = UserShown::of(&User::of(&row)?, Vec::new(), write.world()?);
        Ok((shown, settled.on(Record::on("directory_user", id.0), wanted.active)))
    }
}
