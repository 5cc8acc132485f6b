//! What is said when something collides with what is there.

use crate::texts::Texts;

/// The words of the actions, as sentences. A word that nobody has written a sentence for is shown as it is.
pub(in crate::wires::html) fn conflict(texts: Texts, why: &str) -> String {
    match why {
        "exists" => texts.conflict_exists().to_owned(),
        "factor_exists" => texts.conflict_factor_exists().to_owned(),
        "factor_not_begun" => texts.conflict_factor_not_begun().to_owned(),
        "no_factor" => texts.conflict_no_factor().to_owned(),
        "no_passkey" => texts.conflict_no_passkey().to_owned(),
        "no_passkeys_here" => texts.conflict_no_passkeys_here().to_owned(),
        "no_session" => texts.conflict_no_session().to_owned(),
        "member_exists" => texts.conflict_member_exists().to_owned(),
        "invitation_exists" => texts.conflict_invitation_exists().to_owned(),
        "invitation_for_another" => texts.conflict_invitation_for_another().to_owned(),
        "sign_in_first" => texts.conflict_sign_in_first().to_owned(),
        "own_sign_in" => texts.conflict_own_sign_in().to_owned(),
        "given_by_group" => texts.conflict_given_by_group().to_owned(),
        "no_directory" => texts.conflict_no_directory().to_owned(),
        "no_provider" => texts.conflict_no_provider().to_owned(),
        "not_of_a_client" => texts.conflict_not_of_a_client().to_owned(),
        "no_view" => texts.conflict_no_view().to_owned(),
        "not_invited" => texts.conflict_not_invited().to_owned(),
        "subject_exists" => texts.conflict_subject_exists().to_owned(),
        "domain_not_verified" => texts.conflict_domain_not_verified().to_owned(),
        "no_domain" => texts.conflict_no_domain().to_owned(),
        "no_owner_came" => texts.conflict_no_owner_came().to_owned(),
        "domain_taken" => texts.conflict_domain_taken().to_owned(),
        "mail_domain" => texts.conflict_mail_domain().to_owned(),
        "full" => texts.conflict_full().to_owned(),
        "is_in" => texts.conflict_is_in().to_owned(),
        "last_owner" => texts.conflict_last_owner().to_owned(),
        "asked_already" => texts.conflict_asked_already().to_owned(),
        "not_asked" => texts.conflict_not_asked().to_owned(),
        "held" => texts.conflict_held().to_owned(),
        "open_incident" => texts.conflict_open_incident().to_owned(),
        "no_organisation" => texts.conflict_no_organisation().to_owned(),
        "newer_version" => texts.conflict_newer_version().to_owned(),
        "no_preview" => texts.conflict_no_preview().to_owned(),
        "too_many_files" => texts.conflict_too_many_files().to_owned(),
        "too_many_uploads" => texts.conflict_too_many_uploads().to_owned(),
        "undecided" => texts.conflict_undecided().to_owned(),
        "offset" => texts.conflict_offset().to_owned(),
        other => other.replace('_', " "),
    }
}
