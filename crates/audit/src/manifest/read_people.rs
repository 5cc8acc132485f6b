//! Reads `[sign_in]` and `[actors]`.

use std::collections::BTreeMap;

use super::read::{World, unused};
use super::toml_reader::{Field, Table};
use super::{Actor, Credential, SignIn, Template, TokenPlace};
use crate::error::Result;
use crate::json_path::JsonPath;

/// `[sign_in]`, or each `[sign_in.NAME]`.
pub(super) fn read_sign_in(root: &Table<'_>) -> Result<Vec<SignIn>> {
    let Some(field) = root.get("sign_in") else { return Ok(Vec::new()) };
    let table = field.table()?;
    // The only one has keys of its own; `fill` alone is a table, and never stands alone.
    let named = !["send", "form", "use"].iter().any(|key| table.get(key).is_some_and(|field| !field.is_table()));
    let mut ways = Vec::new();
    if named && table.all().iter().all(|(_, field)| field.is_table()) {
        for (name, field) in table.all() {
            let table = field.table()?;
            ways.push(read_way(&table, name)?);
            table.refuse_unknown()?;
        }
    } else {
        let table = field.table()?;
        ways.push(read_way(&table, String::new())?);
        table.refuse_unknown()?;
    }
    if !ways.iter().any(|way| way.proof.is_some()) {
        return Err(table
            .trouble("the key `proof` is missing")
            .hint("add proof = \"GET /whoami\": a request that answers the signed-in, each with himself"));
    }
    Ok(ways)
}

fn read_way(table: &Table<'_>, name: String) -> Result<SignIn> {
    let way = SignIn {
        name,
        send: table.optional("send", Field::request)?,
        form: table.optional("form", Field::request)?,
        fill: table.section("fill", |fill| {
            fill.all().into_iter().map(|(name, field)| Ok((name, field.template()?))).collect::<Result<_>>()
        })?,
        second: table.optional("second", Field::request)?,
        then: table.optional("then", Field::requests)?.unwrap_or_default(),
        token: table.optional("token", read_token)?,
        credentials: table.optional("use", read_credentials)?.unwrap_or_default(),
        proof: table.optional("proof", Field::request)?,
        only: table.optional("only", Field::texts)?.unwrap_or_default(),
    };
    table.refuse_unknown()?;
    if way.send.is_none() && way.form.is_none() && way.credentials.is_empty() {
        return Err(table.trouble("there is no way in").hint(
            "add send = 'POST /session {…}', form = \"GET /login\" with fill = {…}, or use = \"X-Api-Key: {key}\"",
        ));
    }
    if way.form.is_some() && way.fill.is_empty() {
        return Err(table
            .trouble("the form has nothing to fill")
            .hint(r#"add fill = { email = "{name}", password = "{password}" }"#));
    }
    if way.token.is_some() && way.credentials.is_empty() {
        return Err(table
            .trouble("a token is read and never used")
            .hint("add use = \"Authorization: Bearer {token}\""));
    }
    if let Some(field) = table.get("only") {
        for pattern in &way.only {
            crate::matrix::PathPattern::parse(pattern).map_err(|wrong| field.trouble(wrong))?;
        }
    }
    Ok(way)
}

fn read_token(field: &Field<'_>) -> Result<TokenPlace> {
    let text = field.filled_text()?;
    Ok(match text.split_once(':') {
        Some(("header", name)) => TokenPlace::Header(name.trim().to_owned()),
        Some(("cookie", name)) => TokenPlace::Cookie(name.trim().to_owned()),
        _ => TokenPlace::Body(JsonPath::parse(&text).map_err(|wrong| field.trouble(wrong))?),
    })
}

fn read_credentials(field: &Field<'_>) -> Result<Vec<Credential>> {
    let template = |text: &str| Template::parse(text).map_err(|wrong| field.trouble(wrong));
    let mut credentials = Vec::new();
    for text in field.texts()? {
        let query = text.strip_prefix('?').and_then(|query| query.split_once('='));
        credentials.push(match (query, text.split_once(':')) {
            (Some((name, value)), _) => Credential::Query { name: name.to_owned(), value: template(value)? },
            (None, Some((name, value))) if !name.is_empty() && !name.contains(char::is_whitespace) => {
                Credential::Header { name: name.to_owned(), value: template(value.trim())? }
            }
            _ => {
                return Err(field
                    .trouble(format!("`{text}` is neither a header nor a parameter"))
                    .hint("use = \"Authorization: Bearer {token}\", or \"?api_key={key}\""));
            }
        });
    }
    Ok(credentials)
}

/// `[actors]`, in the order of the file.
pub(super) fn read_actors(root: &Table<'_>, world: &World<'_>, notes: &mut Vec<String>) -> Result<Vec<Actor>> {
    let hint = r#"ann = { role = "user", tenant = "ann", password = "env:ANN" }"#;
    let fields = root.required("actors", Field::table, hint)?.all();
    if fields.is_empty() {
        return Err(root.trouble("[actors] is empty: nobody walks").hint(hint));
    }
    fields.into_iter().map(|(id, field)| read_actor(id, &field, world, notes)).collect()
}

fn read_actor(id: String, field: &Field<'_>, world: &World<'_>, notes: &mut Vec<String>) -> Result<Actor> {
    let table = field.table()?;
    let mut values = BTreeMap::new();
    for key in ["password", "secret", "totp", "key", "token", "mail"] {
        if let Some(field) = table.get(key) {
            let secret =
                if key == "mail" { super::Secret::literal(field.filled_text()?) } else { world.secret(&field)? };
            values.insert(key.to_owned(), secret);
        }
    }
    table.section("values", |further| {
        for (key, field) in further.all() {
            let secret = if names_a_secret(&key) { world.secret(&field)? } else { plain_or_fetched(world, &field)? };
            values.insert(key, secret);
        }
        Ok(())
    })?;
    let mut sign_in = Vec::new();
    let mut playwright = None;
    if let Some(field) = table.get("sign_in") {
        if field.is_table() {
            let saved = field.table()?;
            playwright = saved.optional("playwright", Field::filled_text)?.map(Into::into);
            saved.refuse_unknown()?;
            notes.push(unused(&field));
        } else {
            sign_in = field.texts()?;
        }
    }
    let name = table.optional("name", Field::template)?;
    let actor = Actor {
        role: table.required("role", Field::filled_text, "who is alike has the same role: role = \"user\"")?,
        tenant: table.required(
            "tenant",
            Field::filled_text,
            "whose objects are private to whom: a company's name; each user his own; \"*\" for staff who see all",
        )?,
        name: match name {
            Some(name) => name,
            None => Template::parse(&id).map_err(|wrong| table.trouble(wrong))?,
        },
        values,
        sign_in,
        second_factor: table.flag("second_factor")?,
        playwright,
        line: field.line(),
        id,
    };
    if matches!(actor.role.as_str(), "anon" | "anonymous") {
        return Err(table.trouble("nobody signed in walks anyway").hint("leave the anonymous actor out"));
    }
    if actor.role.contains(char::is_whitespace) || actor.role.contains(['?', '!', '#', '"']) {
        return Err(table
            .trouble(format!("the role `{}` cannot be a column of the matrix", actor.role))
            .hint("one word"));
    }
    table.refuse_unknown()?;
    Ok(actor)
}

fn plain_or_fetched(world: &World<'_>, field: &Field<'_>) -> Result<super::Secret> {
    let text = field.text()?;
    if text.starts_with("env:") || text.starts_with("file:") {
        world.secret(field)
    } else {
        Ok(super::Secret::literal(text))
    }
}

fn names_a_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    ["password", "passwd", "secret", "totp", "key", "token", "pin"].iter().any(|word| key.contains(word))
}
