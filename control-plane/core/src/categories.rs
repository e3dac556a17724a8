//! The eight categories of the storefront.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Category {
    Fashion,
    Beauty,
    Food,
    Appliance,
    Sports,
    Living,
    Pet,
    Travel,
}

impl Category {
    /// In the order in which they are shown.
    pub const ALL: [Category; 8] = [
        Category::Fashion,
        Category::Beauty,
        Category::Food,
        Category::Appliance,
        Category::Sports,
        Category::Living,
        Category::Pet,
        Category::Travel,
    ];

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Category::Fashion => "fashion",
            Category::Beauty => "beauty",
            Category::Food => "food",
            Category::Appliance => "appliance",
            Category::Sports => "sports",
            Category::Living => "living",
            Category::Pet => "pet",
            Category::Travel => "travel",
        }
    }

    /// As shoppers read it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Category::Fashion => "패션",
            Category::Beauty => "뷰티",
            Category::Food => "식품",
            Category::Appliance => "가전",
            Category::Sports => "스포츠",
            Category::Living => "리빙",
            Category::Pet => "반려동물",
            Category::Travel => "여행",
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such category")]
pub struct UnknownCategory;

impl FromStr for Category {
    type Err = UnknownCategory;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Category::ALL.into_iter().find(|c| c.code() == code).ok_or(UnknownCategory)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_what_is_written_in_json_and_parse_back() {
        for category in Category::ALL {
            assert_eq!(category.code().parse(), Ok(category));
            assert_eq!(
                serde_json::to_string(&category).expect("a category is a string"),
                format!("\"{}\"", category.code())
            );
        }
        assert_eq!("weapons".parse::<Category>(), Err(UnknownCategory));
    }
}
