//! Every page of the gallery is sound: well-formed, labelled, without script or style of its own.

use std::collections::BTreeSet;

use scraper::{ElementRef, Html, Selector};

#[path = "../../examples/gallery/world/mod.rs"]
mod world;

fn selector(text: &str) -> Selector {
    Selector::parse(text).expect("a selector of this file")
}

/// Runs a check over every page and says on which it failed.
fn on_every_page(check: impl Fn(&Html) -> Result<(), String>) {
    let pages = world::every_page();
    assert!(40 < pages.len(), "the gallery has only {} pages", pages.len());
    let wrong: Vec<String> = pages
        .iter()
        .filter_map(|(name, html)| check(&Html::parse_document(html)).err().map(|why| format!("{name}: {why}")))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn text(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().trim().to_owned()
}

#[test]
fn pages_are_well_formed() {
    on_every_page(|page| {
        let errors: Vec<_> = page.errors.iter().map(ToString::to_string).collect();
        if errors.is_empty() { Ok(()) } else { Err(errors.join(", ")) }
    });
}

#[test]
fn the_parser_would_complain() {
    for broken in ["<p>one</div>", "<a href='/'><a href='/'>x</a></a>", "<p id=a id=b>x"] {
        assert!(
            !Html::parse_document(&format!("<!doctype html><title>x</title>{broken}")).errors.is_empty(),
            "{broken}"
        );
    }
}

/// Branches that no page of the gallery takes are looked at here.
#[test]
fn templates_have_no_script_or_style_of_their_own_and_escape_everything() {
    let mut templates = 0;
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "html") {
                templates += 1;
                let template = std::fs::read_to_string(&path).unwrap().to_lowercase();
                for forbidden in
                    [" style=", "<style", "<script>", "javascript:", "|safe", "| safe", "http://", "https://"]
                {
                    // The cover of a copy is opened from a disk, and a letter elsewhere: no stylesheet of ours is there.
                    let taken_away = forbidden == "<style"
                        && (path.ends_with("privacy/copy/cover.html") || path.ends_with("mail/letter.html"));
                    assert!(taken_away || !template.contains(forbidden), "{} in {}", forbidden, path.display());
                }
                let inline_handler = template.match_indices(" on").any(|(at, _)| {
                    template[at + 3..].trim_start_matches(|letter: char| letter.is_ascii_lowercase()).starts_with('=')
                });
                assert!(!inline_handler, "an inline handler in {}", path.display());
            }
        }
    }
    assert!(20 < templates, "only {templates} templates were found");
}

#[test]
fn ids_are_unique_and_what_points_at_them_finds_them() {
    on_every_page(|page| {
        let mut ids = BTreeSet::new();
        for element in page.select(&selector("[id]")) {
            let id = element.attr("id").unwrap();
            if id.is_empty() || !ids.insert(id) {
                return Err(format!("id “{id}” is empty or stands there twice"));
            }
        }
        for attribute in ["for", "aria-describedby", "aria-labelledby", "data-copy"] {
            for element in page.select(&selector(&format!("[{attribute}]"))) {
                for id in element.attr(attribute).unwrap().split(' ') {
                    if !ids.contains(id) {
                        return Err(format!("{attribute} points at “{id}”, which is not there"));
                    }
                }
            }
        }
        Ok(())
    });
}

#[test]
fn every_field_has_a_label_and_every_button_and_link_a_name() {
    on_every_page(|page| {
        let labelled: BTreeSet<_> = page
            .select(&selector("label[for]"))
            .filter(|label| !text(*label).is_empty())
            .filter_map(|label| label.attr("for"))
            .collect();
        for field in page.select(&selector("input:not([type=hidden]), select, textarea")) {
            if !field.attr("id").is_some_and(|id| labelled.contains(id)) {
                return Err(format!("no label: {}", field.html()));
            }
        }
        for named in page.select(&selector("button, a, summary, legend, th, h1, h2, h3")) {
            if text(named).is_empty() {
                return Err(format!("no name: {}", named.html()));
            }
        }
        Ok(())
    });
}

#[test]
fn a_page_has_one_first_heading_and_skips_no_level() {
    on_every_page(|page| {
        let levels: Vec<u32> = page
            .select(&selector("h1, h2, h3, h4, h5, h6"))
            .filter_map(|heading| heading.value().name()[1..].parse().ok())
            .collect();
        if levels.iter().filter(|level| **level == 1).count() != 1 || levels.first() != Some(&1) {
            return Err(format!("headings are {levels:?}"));
        }
        if levels.windows(2).any(|pair| pair[0] + 1 < pair[1]) {
            return Err(format!("a level is skipped: {levels:?}"));
        }
        Ok(())
    });
}

#[test]
fn every_change_is_a_post_with_a_key_to_a_path_of_ours() {
    on_every_page(|page| {
        for form in page.select(&selector("form")) {
            let action = form.attr("action").unwrap_or_default();
            if !action.starts_with('/') || action.starts_with("//") {
                return Err(format!("a form goes to “{action}”"));
            }
            let is_search = form.attr("method") == Some("get");
            let keys = form
                .select(&selector("input[type=hidden][name=_key]"))
                .filter(|key| key.attr("value") != Some(""))
                .count();
            if !is_search && (form.attr("method") != Some("post") || keys != 1) {
                return Err(format!("the form to “{action}” has no key"));
            }
            if is_search && form.select(&selector("input[type=password], input[type=hidden]")).next().is_some() {
                return Err(format!("the form to “{action}” would write a secret into the address"));
            }
        }
        Ok(())
    });
}

#[test]
fn nothing_comes_from_anybody_else_and_nothing_is_inline() {
    on_every_page(|page| {
        for element in page.select(&selector("*")) {
            for (name, value) in element.value().attrs() {
                if name == "style" || name.starts_with("on") {
                    return Err(format!("inline {name} on {}", element.value().name()));
                }
                // A link that people follow themselves, to where the page says: nothing is fetched, and nothing told.
                if name == "href" && element.value().attr("rel") == Some("noreferrer") {
                    continue;
                }
                if ["src", "href", "action"].contains(&name)
                    && !value.starts_with(['/', '#'])
                    && !value.starts_with("mailto:")
                {
                    return Err(format!("{name} leads to “{value}”"));
                }
            }
        }
        if page.select(&selector("style, script:not([src]), iframe, object, embed, base")).next().is_some() {
            return Err("an element that the content security policy forbids".to_owned());
        }
        Ok(())
    });
}

#[test]
fn every_page_has_a_title_of_its_own_and_a_way_past_the_navigation() {
    on_every_page(|page| {
        let title = page.select(&selector("title")).next().map(text).unwrap_or_default();
        if title.starts_with('·') || !title.contains('·') {
            return Err(format!("the title is “{title}”"));
        }
        let first_link = page.select(&selector("body a")).next().and_then(|link| link.attr("href"));
        if first_link != Some("#main") || page.select(&selector("main#main")).count() != 1 {
            return Err("the first link does not lead to the content".to_owned());
        }
        Ok(())
    });
}

/// The words that the product does not use: one word for one thing.
#[test]
fn one_word_for_one_thing() {
    on_every_page(|page| {
        let words = text(page.root_element()).to_lowercase();
        for forbidden in ["client organisation", "e-mail", "login page", "log in", "username", "lorem ipsum", "tenant"]
        {
            if words.contains(forbidden) {
                return Err(format!("it says “{forbidden}”"));
            }
        }
        Ok(())
    });
}

/// What a client sees never names what is internal.
#[test]
fn a_client_sees_no_mark_of_what_is_internal() {
    let pages = world::every_page();
    for name in ["home-client", "project-client", "messages-client"] {
        let (_, html) = pages.iter().find(|(page, _)| *page == name).unwrap();
        assert!(!html.contains("internal"), "{name} says “internal”");
    }
}

#[test]
fn whole_pages_as_they_are() {
    let pages = world::every_page();
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"(/assets/[a-z]+)\.[0-9a-f]{16}\.", "$1.[hash].");
    settings.bind(|| {
        for name in
            ["sign-in-refused", "home-client", "messages", "credential-shown", "trail-record", "project", "refusal-403"]
        {
            let (_, html) = pages.iter().find(|(page, _)| *page == name).unwrap();
            insta::assert_snapshot!(name, html);
        }
    });
}

#[test]
fn every_action_has_words() {
    let texts = portal::texts::Texts::default();
    let wordless: Vec<_> = portal::catalogue::catalogue()
        .entries()
        .map(|entry| entry.spec.name)
        .filter(|name| !texts.knows(name))
        .collect();
    assert!(wordless.is_empty(), "no words for {wordless:?}: add them to src/texts/events.rs");
}
