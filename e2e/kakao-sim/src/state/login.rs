//! People, and the codes and tokens of Kakao Login.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Misfit;

/// A code is good for ten minutes and one use (KOE320 after that).
pub const CODE_LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// `expires_in` of an access token, seconds.
pub const ACCESS_SECONDS: i64 = 21_599;
/// `refresh_token_expires_in`, seconds.
pub const REFRESH_SECONDS: i64 = 5_183_999;
/// A refresh token is renewed when less than a month of it is left.
pub const REFRESH_RENEWAL: SignedDuration = SignedDuration::from_hours(24 * 30);

/// What the person does in the demonstration; Kakao itself knows nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    Owner,
    Admin,
    Shopper,
}

/// Where a person comes from, which decides whether the sign-in page offers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Origin {
    ReadyMade,
    Page,
    Crowd,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Person {
    pub id: i64,
    pub nickname: String,
    pub role: Role,
    pub origin: Origin,
    /// When the app was connected; `None` before the first sign-in and after an unlink.
    pub connected_at: Option<Timestamp>,
}

impl Person {
    pub fn new(id: i64, nickname: impl Into<String>, role: Role, origin: Origin) -> Person {
        Person { id, nickname: nickname.into(), role, origin, connected_at: None }
    }

    pub fn email(&self) -> String {
        format!("person{}@kakao-sim.example", self.id)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    Openid,
    ProfileNickname,
    ProfileImage,
    AccountEmail,
}

impl Scope {
    pub const ALL: [Scope; 4] =
        [Scope::Openid, Scope::ProfileNickname, Scope::ProfileImage, Scope::AccountEmail];

    pub fn name(self) -> &'static str {
        match self {
            Scope::Openid => "openid",
            Scope::ProfileNickname => "profile_nickname",
            Scope::ProfileImage => "profile_image",
            Scope::AccountEmail => "account_email",
        }
    }
}

/// What a code stands for until it is exchanged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    pub person: i64,
    pub redirect_uri: String,
    pub scope: Vec<Scope>,
    pub nonce: Option<String>,
    /// The S256 challenge, if one was sent; then its verifier is asked for.
    pub challenge: Option<String>,
    pub issued_at: Timestamp,
}

impl Grant {
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.issued_at + CODE_LIFETIME
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Access {
    pub person: i64,
    pub scope: Vec<Scope>,
    /// The refresh token of the same sign-in.
    pub refresh: String,
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refresh {
    pub person: i64,
    pub scope: Vec<Scope>,
    pub authenticated_at: Timestamp,
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Login {
    pub people: BTreeMap<i64, Person>,
    pub codes: HashMap<String, Grant>,
    pub access: HashMap<String, Access>,
    pub refresh: HashMap<String, Refresh>,
}

/// Ids that the sign-in page hands out start here.
const PAGE_FIRST: i64 = 2_001;
/// `crowd-<n>` is the person with this id plus n.
const CROWD_FIRST: i64 = 100_000_000;
/// The largest n of `crowd-<n>`.
const CROWD_MAX: i64 = 99_999_999;

impl Login {
    pub fn first() -> Login {
        let ready_made = [
            (1001, "김사장", Role::Owner),
            (1002, "이관리", Role::Admin),
            (1003, "박지민", Role::Shopper),
            (1004, "최유나", Role::Shopper),
            (1005, "정하늘", Role::Shopper),
            (1011, "한소라", Role::Owner),
            (1012, "오대표", Role::Owner),
            (1013, "윤점장", Role::Owner),
        ];
        let people = ready_made
            .into_iter()
            .map(|(id, nickname, role)| (id, Person::new(id, nickname, role, Origin::ReadyMade)))
            .collect();
        Login { people, codes: HashMap::new(), access: HashMap::new(), refresh: HashMap::new() }
    }

    /// The id for the next new person of the sign-in page.
    pub fn next_id(&self) -> i64 {
        self.people.range(PAGE_FIRST..CROWD_FIRST).next_back().map_or(PAGE_FIRST, |(id, _)| id + 1)
    }

    /// Whom a `login_hint` means: someone who is known, or a `crowd-<n>` who may have to join first.
    pub fn hinted(&self, hint: &str) -> Option<Person> {
        if let Some(number) = hint.strip_prefix("crowd-") {
            let number: i64 = number.parse().ok().filter(|n| (0..=CROWD_MAX).contains(n))?;
            let id = CROWD_FIRST + number;
            let known = self.people.get(&id).cloned();
            return Some(
                known.unwrap_or_else(|| {
                    Person::new(id, format!("손님 {number}"), Role::Shopper, Origin::Crowd)
                }),
            );
        }
        self.people.get(&hint.parse().ok()?).cloned()
    }

    /// The ready-made people, then the newest `new_max` of those who joined on the page.
    pub fn offered(&self, new_max: usize) -> Vec<&Person> {
        let ready_made = self.people.values().filter(|p| p.origin == Origin::ReadyMade);
        let new = self.people.range(PAGE_FIRST..CROWD_FIRST).rev().map(|(_, person)| person).take(new_max);
        ready_made.chain(new).collect()
    }

    pub fn live_access(&self, token: &str, now: Timestamp) -> Option<&Access> {
        self.access.get(token).filter(|access| now < access.expires_at)
    }

    pub(super) fn join(&mut self, person: Person) {
        self.people.insert(person.id, person);
    }

    pub(super) fn connect(&mut self, person: i64, at: Timestamp) -> Result<(), Misfit> {
        self.people.get_mut(&person).ok_or(Misfit::Person(person))?.connected_at.get_or_insert(at);
        Ok(())
    }

    pub(super) fn unlink(&mut self, person: i64) -> Result<(), Misfit> {
        self.people.get_mut(&person).ok_or(Misfit::Person(person))?.connected_at = None;
        self.access.retain(|_, access| access.person != person);
        self.refresh.retain(|_, refresh| refresh.person != person);
        Ok(())
    }

    pub(super) fn issue_code(&mut self, code: String, grant: Grant) {
        self.codes.insert(code, grant);
    }

    pub(super) fn use_code(&mut self, code: &str) {
        self.codes.remove(code);
    }

    pub(super) fn issue_access(&mut self, token: String, access: Access) {
        self.access.insert(token, access);
    }

    pub(super) fn issue_refresh(&mut self, token: String, refresh: Refresh) {
        self.refresh.insert(token, refresh);
    }

    pub(super) fn log_out(&mut self, token: &str) {
        if let Some(access) = self.access.remove(token) {
            self.refresh.remove(&access.refresh);
        }
    }

    pub(super) fn forget_expired(&mut self, now: Timestamp) {
        self.codes.retain(|_, grant| grant.is_live(now));
        self.access.retain(|_, access| now < access.expires_at);
        self.refresh.retain(|_, refresh| now < refresh.expires_at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_mean_known_people_or_the_crowd() {
        let login = Login::first();
        let check = |hint: &str, expected: Option<(i64, &str)>| {
            let found = login.hinted(hint);
            assert_eq!(found.as_ref().map(|p| (p.id, p.nickname.as_str())), expected, "{hint}");
        };
        check("1001", Some((1001, "김사장")));
        check("1013", Some((1013, "윤점장")));
        check("1999", None);
        check("", None);
        check("crowd-7", Some((100_000_007, "손님 7")));
        check("crowd--1", None);
        check("crowd-100000000", None);
        check("crowd-x", None);
    }

    #[test]
    fn new_people_get_ids_of_their_own() {
        let mut login = Login::first();
        assert_eq!(login.next_id(), 2_001);
        login.join(Person::new(2_001, "새별", Role::Shopper, Origin::Page));
        login.join(login.hinted("crowd-0").unwrap());
        assert_eq!(login.next_id(), 2_002);
        assert_eq!(login.offered(8).len(), 9);
        assert_eq!(login.offered(8).last().map(|p| p.nickname.as_str()), Some("새별"));
    }
}
