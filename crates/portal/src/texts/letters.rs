//! What letters say: one line a text, one column a language.

use super::texts;

texts! {
    letter_by: En "The portal wrote this by itself. Answers are not read.";
    letter_link: En "If the button does not work, copy this address into your browser:";
    letter_invitation(organisation: &str): En "You are invited to the portal of {organisation}";
    letter_invitation_by(inviter: &str, organisation: &str, role: &str): En "{inviter} invites you to the client portal of {organisation} as {role}: one place for your projects, files and messages.";
    letter_invitation_until(until: &str): En "The link works once, until {until}.";
    letter_invitation_look: En "Look at the invitation";
    letter_invitation_below: En "If you do not know them, there is nothing to do: nothing comes of it unless you use the link.";
    letter_test: En "A test of the mail";
    letter_test_help: En "Nothing is wrong, and there is nothing to do: the people who use this portal get letters as you got this one.";
    letter_not_you: En "If it was not you: set a new password with “Forgot your password?” where you sign in, and tell whoever runs this portal.";
    letter_password_link: En "Somebody asked for a new password for your account. If it was you, choose one here. The link works once, for an hour.";
    letter_password_link_below: En "If it was not you, there is nothing to do: your password stays as it is, and nobody else has this link.";
    letter_sign_in_link_subject: En "Your link to sign in";
    letter_sign_in_link: En "Somebody asked for a link to sign in to your account. If it was you, open it in the browser in which you asked. The link works once, for 15 minutes.";
    letter_sign_in_link_below: En "If it was not you, there is nothing to do, and do not pass it on: it opens nothing in any other browser than the one that asked.";
    letter_mail_link: En "Somebody asked that the portal writes to this address from now on, and that one signs in with it. If it was you, confirm it here, signed in as before. The link works once, for a day.";
    letter_mail_link_below: En "If it was not you, there is nothing to do: nothing comes of it.";
    letter_mail_changed: En "Your mail address was changed";
    letter_mail_changed_when(to: &str, when: &str): En "Since {when} the portal writes to {to}, and you sign in with that address. This is the last letter to the one before. If it was you, there is nothing to do.";
    letter_password_changed: En "Your password was changed";
    letter_password_changed_when(when: &str): En "The password of your account was changed on {when}, and every other sign-in has ended. If it was you, there is nothing to do.";
    letter_factor_set: En "An authenticator app was set up";
    letter_factor_set_when(when: &str): En "Since {when} each sign-in to your account also wants a code from the authenticator app. If it was you, there is nothing to do.";
    letter_factor_removed: En "Your authenticator app was taken away";
    letter_factor_removed_when(when: &str): En "Since {when} no code of your authenticator app is asked for. Your passkeys go on. If it was you, there is nothing to do.";
    letter_factor_removed_alone_when(when: &str): En "Since {when} your password alone is enough to sign in. If it was you, there is nothing to do.";
    letter_factors_forgotten: En "Your second factors were taken away";
    letter_factors_forgotten_when(when: &str): En "Since {when} your password alone is enough to sign in: whoever runs this portal took authenticator app, passkeys and recovery codes away. If it was at your wish, there is nothing to do.";
    letter_passkey_added: En "A passkey was added to your account";
    letter_passkey_added_when(name: &str, when: &str): En "Since {when} the passkey “{name}” signs in to your account, without a password. If it was you, there is nothing to do.";
    letter_passkey_removed: En "A passkey of yours was taken away";
    letter_passkey_removed_when(name: &str, when: &str): En "Since {when} the passkey “{name}” opens your account no more. If it was you, there is nothing to do.";
    letter_passkey_removed_alone_when(name: &str, when: &str): En "Since {when} the passkey “{name}” opens your account no more, and your password alone is enough to sign in. If it was you, there is nothing to do.";
    letter_connected: En "Another way to sign in to your account";
    letter_connected_when(organisation: &str, when: &str): En "Since {when} whoever you are at the provider of {organisation} can sign in as you there, and nowhere else. If it was you, there is nothing to do.";
    letter_recovery_codes: En "New recovery codes were made";
    letter_recovery_codes_when(when: &str): En "On {when} new recovery codes were made for your account; those before are good for nothing. If it was you, there is nothing to do.";
    letter_signed_in: En "A new sign-in to your account";
    letter_signed_in_when(browser: &str, address: &str, when: &str): En "Somebody signed in to your account with {browser}, from {address}, on {when}. If it was you, there is nothing to do.";
    letter_no_address: En "an unknown address";
    letter_ending(what: &str): En "{what} is to be deleted";
    letter_ending_by(by: &str, what: &str, due: &str): En "{by} asked that {what} be deleted, with everything in it. It is done on {due}.";
    letter_ending_soon(what: &str): En "{what} will be deleted in three days";
    letter_ending_last(what: &str, due: &str): En "{what} will be deleted on {due}, with everything in it, as was asked for.";
    letter_ending_until: En "Until then everything can be read and taken along, and nothing changed; and one press keeps it after all. Afterwards nobody can bring it back.";
    letter_ending_look: En "Look at what goes, or keep it";
    letter_ending_below: En "If that is right, there is nothing to do. This is written to the organisation’s owners and admins.";
    account_look: En "Look at what happened";
}
