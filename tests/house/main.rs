//! The house: which room of `src` imports which, read from the code and held to the map in CONTRIBUTING.md. A room is a
//! folder or a file at the top of `src`; its arrows lead to rooms below it. Code that only tests see is exempt.

mod planted;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, Meta, UseTree};

/// Texts of Rust files by their paths in `src`.
type Sources = BTreeMap<String, String>;
/// What a file is taken for: itself, or its room.
type Place = fn(&str) -> &str;

/// The modules that a program is built of, and what their files import.
#[derive(Default)]
struct House {
    /// Files by the path of their module.
    modules: BTreeMap<Vec<String>, String>,
    /// Importing file, imported file, path as the code names it.
    imports: BTreeSet<(String, String, String)>,
}

impl House {
    fn read(sources: &Sources) -> Self {
        let mut house = Self::default();
        let roots = [("lib.rs", vec![]), ("main.rs", vec!["main".to_owned()])];
        for (file, module) in roots.into_iter().filter(|(file, _)| sources.contains_key(*file)) {
            house.open(sources, file, module);
        }
        for (module, file) in &house.modules {
            let mut paths = Paths { modules: &house.modules, here: module.clone(), found: BTreeSet::new() };
            paths.visit_file(&parsed(sources, file));
            let found = paths.found.iter().map(|path| (house.home(path), format!("crate::{}", path.join("::"))));
            let others = found.filter(|(home, _)| *home != file).map(|(home, path)| (file.clone(), home.clone(), path));
            house.imports.extend(others.collect::<Vec<_>>());
        }
        house
    }

    /// Takes in a file and those of the modules that it declares.
    fn open(&mut self, sources: &Sources, file: &str, module: Vec<String>) {
        let folder = match file.rsplit_once('/').map_or(("", file), |(folder, name)| (folder, name)) {
            ("", "lib.rs" | "main.rs") => String::new(),
            (folder, "mod.rs") => format!("{folder}/"),
            _ => format!("{}/", file.trim_end_matches(".rs")),
        };
        for item in parsed(sources, file).items {
            let Item::Mod(ItemMod { attrs, ident, content: None, .. }) = item else { continue };
            if !is_for_tests(&attrs) {
                let places = [format!("{folder}{ident}.rs"), format!("{folder}{ident}/mod.rs")];
                let found = places.iter().find(|place| sources.contains_key(*place)).expect("a file for each module");
                self.imports.insert((file.to_owned(), found.clone(), format!("mod {ident}")));
                self.open(sources, found, [module.clone(), vec![ident.to_string()]].concat());
            }
        }
        self.modules.insert(module, file.to_owned());
    }

    /// The file of the module that holds what a path names.
    fn home(&self, path: &[String]) -> &String {
        let modules = (0..=path.len()).rev().filter_map(|length| self.modules.get(&path[..length]));
        modules.into_iter().next().expect("the root is a module")
    }

    /// Which place imports which: rooms or files, as `place` makes them of files.
    fn arrows(&self, place: Place) -> BTreeSet<(&str, &str)> {
        let arrows = self.imports.iter().map(|(from, to, _)| (place(from), place(to)));
        arrows.filter(|(from, to)| from != to).collect()
    }

    /// What is wrong, held to the rooms from top to bottom; and how much there is.
    fn faults(&self, map: &[&str]) -> (Vec<String>, String) {
        let built: BTreeSet<&str> = self.modules.values().map(|file| room(file)).collect();
        let rank = |room: &str| map.iter().position(|mapped| *mapped == room);
        let unmapped = built.iter().filter(|room| rank(room).is_none()).map(|room| format!("{room} is not on the map"));
        let mut faults: Vec<String> = unmapped.collect();
        let wrong = map.iter().enumerate().filter(|(at, room)| !built.contains(*room) || rank(room) != Some(*at));
        faults.extend(wrong.map(|(_, room)| format!("the map has {room}, which is no room or stands there twice")));
        let arrows = self.arrows(room);
        let up = arrows.iter().filter(|(from, to)| rank(from).zip(rank(to)).is_some_and(|(from, to)| from > to));
        let mut counts = format!("{} rooms, {} arrows, {} up", built.len(), arrows.len(), up.clone().count());
        faults
            .extend(up.map(|(from, to)| format!("{from} is below {to} and imports it:{}", self.names(from, to, room))));
        for (what, place) in [("rooms", room as Place), ("files", file)] {
            let found = circles(&self.arrows(place));
            counts += &format!(", {} circles of {what}", found.len());
            for circle in found {
                let names = circle.way.windows(2).map(|step| self.names(step[0], step[1], place));
                faults.push(format!("a circle of {}:{}", circle.members.join(", "), names.collect::<String>()));
            }
        }
        (faults, counts)
    }

    /// The imports that make an arrow, one a line.
    fn names(&self, from: &str, to: &str, place: Place) -> String {
        let imports = self.imports.iter().filter(|(by, of, _)| (place(by), place(of)) == (from, to));
        imports.map(|(by, of, path)| format!("\n    {by} -> {of} ({path})")).collect()
    }
}

fn parsed(sources: &Sources, file: &str) -> syn::File {
    syn::parse_file(&sources[file]).unwrap_or_else(|error| panic!("src/{file}: {error}"))
}

fn file(file: &str) -> &str {
    file
}

fn room(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap_or(file)
}

/// Whether only tests see what has these attributes.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            let condition = list.tokens.to_string();
            let has = |wanted| condition.split(|c: char| !c.is_alphanumeric()).any(|word| word == wanted);
            has("test") && !has("not")
        }
        _ => false,
    })
}

/// Collects the paths in a file that lead into the crate, from its root.
struct Paths<'a> {
    modules: &'a BTreeMap<Vec<String>, String>,
    here: Vec<String>,
    found: BTreeSet<Vec<String>>,
}

impl Paths<'_> {
    fn take(&mut self, path: &[String]) {
        let child = [self.here.clone(), vec![path[0].clone()]].concat();
        let leads_in = ["crate", "planalign_bench", "self", "super"].contains(&path[0].as_str());
        if !leads_in && !self.modules.contains_key(&child) {
            return;
        }
        let mut full = self.here.clone();
        for name in path {
            match name.as_str() {
                "crate" | "planalign_bench" => full.clear(),
                "self" => {}
                "super" => drop(full.pop()),
                _ => full.push(name.clone()),
            }
        }
        self.found.insert(full);
    }

    fn take_tree(&mut self, tree: &UseTree, mut before: Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.take_tree(&path.tree, before);
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.take_tree(tree, before.clone())),
            UseTree::Name(syn::UseName { ident }) | UseTree::Rename(syn::UseRename { ident, .. }) => {
                before.push(ident.to_string());
                self.take(&before);
            }
            _ => self.take(&before),
        }
    }

    /// Paths in what is not parsed: the tokens of a macro or an attribute.
    fn take_tokens(&mut self, tokens: &str) {
        let text = tokens.replace(" :: ", "::").replace(":: ", "::");
        for word in text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')) {
            let path: Vec<String> = word.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
            if path.len() > 1 {
                self.take(&path);
            }
        }
    }
}

/// Visits what has attributes unless only tests see it.
macro_rules! unless_for_tests {
    ($($visit:ident $node:ident),*) => {
        $(fn $visit(&mut self, node: &'ast syn::$node) {
            if !is_for_tests(&node.attrs) {
                visit::$visit(self, node);
            }
        })*
    };
}

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if !is_for_tests(&item.attrs) {
            self.take_tree(&item.tree, Vec::new());
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !is_for_tests(&item.attrs) {
            self.here.push(item.ident.to_string());
            visit::visit_item_mod(self, item);
            self.here.pop();
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        // One name alone is a value or a type in scope.
        if path.segments.len() > 1 {
            self.take(&path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        self.visit_path(&called.path);
        self.take_tokens(&called.tokens.to_string());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.take_tokens(&list.tokens.to_string());
        }
    }

    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    unless_for_tests! {
        visit_item_fn ItemFn, visit_item_impl ItemImpl, visit_item_struct ItemStruct, visit_item_enum ItemEnum,
        visit_item_const ItemConst, visit_item_static ItemStatic, visit_item_trait ItemTrait, visit_item_type ItemType,
        visit_item_macro ItemMacro, visit_impl_item_fn ImplItemFn, visit_field Field, visit_local Local
    }
}

/// Places of which each leads to every other.
struct Circle<'a> {
    members: Vec<&'a str>,
    /// The shortest way from the first of them back to itself.
    way: Vec<&'a str>,
}

fn circles<'a>(arrows: &BTreeSet<(&'a str, &'a str)>) -> Vec<Circle<'a>> {
    // From each place: what is reached, and from where.
    let reach = |start: &'a str| {
        let (mut before, mut queue) = (BTreeMap::new(), VecDeque::from([start]));
        while let Some(at) = queue.pop_front() {
            for (_, next) in arrows.iter().filter(|(from, _)| *from == at) {
                before.entry(*next).or_insert_with(|| {
                    queue.push_back(next);
                    at
                });
            }
        }
        before
    };
    let reached: BTreeMap<&str, BTreeMap<&str, &str>> = arrows.iter().map(|(from, _)| (*from, reach(from))).collect();
    let mut found: Vec<Circle> = Vec::new();
    for (start, before) in reached.iter().filter(|(start, before)| before.contains_key(*start)) {
        if found.iter().any(|circle| circle.members.contains(start)) {
            continue;
        }
        let mut way = vec![*start, before[start]];
        while way.last() != Some(start) {
            way.push(before[way[way.len() - 1]]);
        }
        way.reverse();
        let back = |place: &&str| reached.get(place).is_some_and(|before| before.contains_key(start));
        found.push(Circle { members: before.keys().copied().filter(back).collect(), way });
    }
    found
}

/// The rooms from top to bottom: first words of the lines in the block under the heading "Rooms".
fn map_of(page: &str) -> Vec<&str> {
    let block = page.split("## Rooms\n").nth(1).and_then(|rest| rest.split("```").nth(1)).expect("a map of rooms");
    block.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect()
}

fn sources(folder: &Path, below: &str, into: &mut Sources) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = format!("{below}{}", path.file_name().expect("a name").to_string_lossy());
        if path.is_dir() {
            sources(&path, &format!("{name}/"), into);
        } else if name.ends_with(".rs") {
            into.insert(name, std::fs::read_to_string(&path).expect("a text"));
        }
    }
}

#[test]
fn arrows_run_down_through_the_rooms_of_the_map_and_there_is_no_circle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("CONTRIBUTING.md")).expect("a page");
    let mut texts = Sources::new();
    sources(&root.join("src"), "", &mut texts);
    let (faults, counts) = House::read(&texts).faults(&map_of(&page));
    println!("{counts}");
    assert!(faults.is_empty(), "{counts}\n{}", faults.join("\n"));
}
