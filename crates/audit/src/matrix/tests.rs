//! Reading, printing, looking up, drafting and reviewing.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::catalogue::openapi;
use crate::manifest::Role;

const SMALL: &str = "plimsoll.matrix 1
# action                              anon   user     admin
GET    /recipes                       all    all      all      # titles are public
POST   /recipes                       -      own      own
GET    /recipes/{slug}                -      own      own
PUT    /recipes/{slug}                -      own!all  own      # drafted own; seen: changes anybody's
DELETE /recipes/{slug}                -      own      all
GET    /accounts                      -      -?       all      # is it meant that users see each other?
# the caller himself
GET    /whoami                        -      own      own
hide   password
fixed  is_admin for anon user
";

const LARGE: &str = "plimsoll.matrix 1
# action                                     anon  viewer  member  admin   owner   support
GET    /api/projects/{project}/**            -     member  member  tenant  tenant  all
PUT,PATCH /api/projects/{project}/**         -     -       member  tenant  tenant  -
DELETE /api/projects/{project}               -     -       own     tenant  tenant  -
POST   /api/login                            all   all     all     all     all     all
when archived: POST,PUT,PATCH,DELETE /api/projects/{project}/**   -  -  -  -  -  -
hide   card_last4 billing_address from viewer member
";

fn parse(text: &str) -> Matrix {
    Matrix::parse(text, "plimsoll.matrix").unwrap()
}

fn refused(text: &str) -> String {
    Matrix::parse(text, "plimsoll.matrix").unwrap_err().to_string()
}

fn actions(names: &[&str]) -> crate::catalogue::Catalogue {
    let mut paths = serde_json::Map::new();
    for name in names {
        let (verb, path) = name.split_once(' ').unwrap();
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[verb.to_lowercase()] = json!({});
    }
    openapi::read(json!({"openapi": "3.0.0", "paths": paths}).to_string().as_bytes(), "doc").unwrap()
}

#[test]
fn rights_are_looked_up_by_the_most_literal_row() {
    let matrix = parse(LARGE);
    let reach = |verb, path, role| matrix.right(verb, path, role).map(|(_, right)| right.reach);
    assert_eq!(reach("GET", "/api/projects/{id}", "viewer"), Some(Reach::Member));
    assert_eq!(reach("PATCH", "/api/projects/{id}/tasks/{task}", "admin"), Some(Reach::Tenant));
    assert_eq!(reach("DELETE", "/api/projects/{id}", "owner"), Some(Reach::Tenant));
    assert_eq!(reach("DELETE", "/api/projects/{id}/tasks/{t}", "owner"), None);
    assert_eq!(reach("HEAD", "/api/projects/{id}", "support"), Some(Reach::All), "HEAD follows GET");
    assert_eq!(reach("POST", "/api/login", "anonymous"), Some(Reach::All));
    let archived = matrix.right_in(Some("archived"), "PUT", "/api/projects/{id}", "owner").unwrap().1;
    assert_eq!(archived.reach, Reach::None);
    assert!(matrix.hides("card_last4", "viewer") && !matrix.hides("card_last4", "owner"));
    assert!(parse(SMALL).fixes("is_admin", "user") && parse(SMALL).hides("password", "admin"));
}

#[test]
fn printing_keeps_everything_and_sorts() {
    for text in [SMALL, LARGE] {
        let printed = parse(text).print();
        assert_eq!(parse(&printed).print(), printed);
    }
    let expected = "plimsoll.matrix 1
# action                anon  user     admin
GET    /accounts        -     -?       all    # is it meant that users see each other?
GET    /recipes         all   all      all    # titles are public
POST   /recipes         -     own      own
DELETE /recipes/{slug}  -     own      all
GET    /recipes/{slug}  -     own      own
PUT    /recipes/{slug}  -     own!all  own    # drafted own; seen: changes anybody's
# the caller himself
GET    /whoami          -     own      own
hide   password
fixed  is_admin for anon user
";
    assert_eq!(parse(SMALL).print(), expected);
}

#[test]
fn what_is_wrong_has_its_line_and_a_hint() {
    let with = |row: &str| refused(&format!("plimsoll.matrix 1\n# action anon user\n{row}\n"));
    assert!(refused("").contains("plimsoll.matrix:1: `` is not the first line"));
    assert!(refused("plimsoll.matrix 2").contains("not the first line"));
    assert!(
        refused("plimsoll.matrix 1\nGET /x all").contains("plimsoll.matrix:2: the line with the columns is missing")
    );
    assert!(with("GET /x all").contains("plimsoll.matrix:3: 1 reaches for 2 columns"));
    assert!(with("GET /x all tenent").contains("`tenent` is not a reach\n\nhint: did you mean `tenant`?"));
    assert!(with("get /x all own").contains("`get` is not a verb"));
    assert!(with("GET x all own").contains("does not begin with a slash"));
    assert!(with("GET /x own own").contains("anon cannot reach `own`"));
    assert!(with("hide").contains("a field or a role is missing"));
    assert!(with("hide a from usr").contains("there is no column `usr`\n\nhint: did you mean `user`?"));
    let doubles = with("GET /x/{a} - own\n\nGET /x/{b} - all");
    assert!(doubles.contains("plimsoll.matrix:5: line 3 says otherwise about GET /x/{b}"), "{doubles}");
}

#[test]
fn a_row_without_an_action_and_a_tie_are_errors() {
    let catalogue = actions(&["GET /recipes", "GET /a/b/c"]);
    let check = |rows: &str| {
        parse(&format!("plimsoll.matrix 1\n# anon user\n{rows}"))
            .check(&catalogue, "m")
            .map_err(|trouble| trouble.to_string())
    };
    assert!(check("GET /recipes - own\n").is_ok());
    assert_eq!(
        check("GET /recipe - own").unwrap_err(),
        "m:3: no action is meant by `GET /recipe`: gone, or misspelt\n\nhint: did you mean `GET /recipes`?"
    );
    assert!(
        check("GET /a/*/c - own\nGET /a/b/* - all")
            .unwrap_err()
            .starts_with("m:4: line 3 says otherwise about GET /a/b/c")
    );
    assert!(check("GET /a/*/c - own\nGET /a/b/* - own").is_ok(), "the same reaches");
}

#[test]
fn the_draft_comes_from_rules_and_nobody_has_looked() {
    let catalogue = actions(&["GET /notes/{id}", "DELETE /notes/{id}", "POST /login", "GET /admin/users"]);
    let role = |name: &str, crosses_tenants, shares_tenant| Role { name: name.into(), crosses_tenants, shares_tenant };
    let roles = [role("user", false, false), role("clerk", false, true), role("admin", true, false)];
    let expected = "plimsoll.matrix 1
# action             anon  user  clerk    admin
GET    /admin/users  -?    -?    -?       all?
POST   /login        all?  all?  all?     all?
DELETE /notes/{id}   -?    own?  own?     all?
GET    /notes/{id}   -?    own?  tenant?  all?
";
    assert_eq!(Matrix::draft(&catalogue, &roles).print(), expected);
}

#[test]
fn the_review_shows_what_differs_first_and_writes_the_answer_down() {
    let mut matrix = parse(SMALL);
    let mut seen = Seen::default();
    seen.got_through(Reach::All);
    matrix.note_seen("GET", "/accounts", "user", seen);
    matrix.note_seen("DELETE", "/recipes/{slug}", "user", seen);
    let items = matrix.review_items();
    let shown: Vec<_> = items.iter().map(|item| format!("{} {} {}", item.action, item.role, item.right)).collect();
    assert_eq!(shown, ["PUT /recipes/{slug} user own!all", "GET /accounts user -!all"], "what was reviewed stays");
    matrix.answer(items[0].row, items[0].column, Reach::Own);
    assert_eq!(matrix.accept(|_| true), 1);
    assert!(matrix.review_items().is_empty());
    assert_eq!(matrix.right("GET", "/accounts", "user").unwrap().1.reach, Reach::All);
}

#[test]
fn what_is_refused_is_never_taken_for_a_reach() {
    let mut matrix = parse("plimsoll.matrix 1\n# action anon clerk head\nPUT /bills/{id} - own? tenant?\n");
    let mut refused = Seen::default();
    refused.was_refused(Reach::Own);
    matrix.note_seen("PUT", "/bills/{id}", "clerk", refused);
    matrix.note_seen("PUT", "/bills/{id}", "head", refused);
    assert!(matrix.print().contains("own?   tenant!own"), "a refusal as drafted says nothing new: {}", matrix.print());
    refused.got_through(Reach::All);
    matrix.note_seen("PUT", "/bills/{id}", "head", refused);
    assert!(matrix.print().contains("tenant!all"), "what somebody got through counts: {}", matrix.print());
}

fn any_matrix() -> impl Strategy<Value = Matrix> {
    let reach = proptest::sample::select(Reach::ALL.to_vec());
    let review = prop_oneof![Just(Review::Reviewed), Just(Review::Drafted), reach.clone().prop_map(Review::Seen)];
    let right = (reach, review).prop_map(|(reach, review)| Right { reach, review });
    let anonymous = proptest::sample::select(vec![Reach::None, Reach::All])
        .prop_map(|reach| Right { reach, review: Review::Drafted });
    let path = proptest::collection::vec("[a-z]{1,6}|\\{[a-z]{1,4}\\}|\\*", 1..4)
        .prop_map(|segments| format!("/{}", segments.join("/")));
    let row = (
        proptest::option::of("[a-z]{1,5}"),
        "GET|POST|PUT,PATCH",
        path,
        anonymous,
        proptest::collection::vec(right, 2),
        proptest::option::of("[a-z][a-z ]{0,8}[a-z]"),
    )
        .prop_map(|(state, verbs, path, anonymous, rights, why)| Row {
            state,
            verbs: verbs.split(',').map(str::to_owned).collect(),
            path: PathPattern::parse(&path).unwrap(),
            rights: std::iter::once(anonymous).chain(rights).collect(),
            why,
            line: 0,
            comments: Vec::new(),
        });
    proptest::collection::vec(row, 0..8).prop_map(|rows| {
        let mut matrix = Matrix { roles: vec!["user".into(), "admin".into()], ..Matrix::default() };
        for row in rows {
            if matrix.rows.iter().all(|known| known.path.without_names() != row.path.without_names()) {
                matrix.rows.push(row);
            }
        }
        matrix
    })
}

proptest! {
    #[test]
    fn what_is_printed_is_read_again(matrix in any_matrix()) {
        let printed = matrix.print();
        let mut read = parse(&printed);
        prop_assert_eq!(read.print(), printed);
        for row in &mut read.rows {
            row.line = 0;
            prop_assert!(matrix.rows.contains(row), "{:?}", row);
        }
        prop_assert_eq!(read.rows.len(), matrix.rows.len());
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[ -~\n]{0,80}", position in 0..SMALL.len()) {
        let _ = Matrix::parse(&text, "m");
        let _ = Matrix::parse(&format!("{}{text}{}", &SMALL[..position], &SMALL[position..]), "m");
    }
}
