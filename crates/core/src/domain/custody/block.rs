//! The blocks of tags that the registry gives to stations ahead, so that two of them without a line never make the same tag.
//!
//! Invariant: a block lies within the numbers that tags have, and gives only tags that can be told from each other.

use serde::{Deserialize, Serialize};

use super::tag::{NUMBERS, Tag};
use crate::domain::StationId;

/// So many numbers a block has, unless somebody wants another.
pub const BLOCK_NUMBERS: u32 = 500;

/// The most numbers of one block.
pub const BLOCK_NUMBERS_MAX: u32 = 100_000;

/// Numbers that one station makes tags of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "BlockForm", into = "BlockForm")]
pub struct TagBlock {
    station: StationId,
    first: u32,
    count: u32,
}

/// Why these numbers are no block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoBlock {
    #[error("a block has 1 to {BLOCK_NUMBERS_MAX} numbers, not {0}")]
    Count(u32),
    /// There are not so many tags.
    #[error("no tags are left: they end before number {NUMBERS}")]
    End,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BlockForm {
    station: StationId,
    first: u32,
    count: u32,
}

impl TryFrom<BlockForm> for TagBlock {
    type Error = NoBlock;

    fn try_from(form: BlockForm) -> Result<Self, NoBlock> {
        Self::new(form.station, form.first, form.count)
    }
}

impl From<TagBlock> for BlockForm {
    fn from(block: TagBlock) -> Self {
        Self {
            station: block.station,
            first: block.first,
            count: block.count,
        }
    }
}

impl TagBlock {
    /// Those numbers, for that station. The registry begins each block where the last one ends.
    pub fn new(station: StationId, first: u32, count: u32) -> Result<Self, NoBlock> {
        if !(1..=BLOCK_NUMBERS_MAX).contains(&count) {
            return Err(NoBlock::Count(count));
        }
        match first.checked_add(count) {
            Some(end) if end <= NUMBERS => Ok(Self {
                station,
                first,
                count,
            }),
            Some(_) | None => Err(NoBlock::End),
        }
    }

    /// Whose it is.
    pub fn station(&self) -> &StationId {
        &self.station
    }

    /// Its first number.
    pub fn first(&self) -> u32 {
        self.first
    }

    /// The number after its last one: where the next block begins.
    pub fn end(&self) -> u32 {
        self.first.saturating_add(self.count)
    }

    /// Whether a tag is of this block.
    pub fn holds(&self, tag: Tag) -> bool {
        (self.first..self.end()).contains(&tag.number())
    }

    /// Its tags from a number on: whoever has given some goes on after the last one's number.
    pub fn tags_from(&self, number: u32) -> impl Iterator<Item = Tag> {
        (number.max(self.first)..self.end()).filter_map(Tag::numbered)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn block(first: u32, count: u32) -> Result<TagBlock, NoBlock> {
        TagBlock::new(StationId::new("s-1"), first, count)
    }

    #[test]
    fn blocks_that_follow_each_other_give_no_tag_twice() {
        let mut given = BTreeSet::new();
        let mut first = 0;
        for _ in 0..20 {
            let block = block(first, BLOCK_NUMBERS).expect("a block");
            for tag in block.tags_from(0) {
                assert!(block.holds(tag) && given.insert(tag), "{tag}");
            }
            first = block.end();
        }
        // One in thirty-six numbers makes no tag that is given.
        assert!((9_500..10_000).contains(&given.len()), "{}", given.len());
    }

    #[test]
    fn a_station_goes_on_after_the_last_tag_that_it_gave() {
        let block = block(20, 10).expect("a block");
        let all: Vec<Tag> = block.tags_from(0).collect();
        let [first, second, ..] = all[..] else {
            panic!("{all:?}");
        };
        assert_eq!((first.number(), second.number()), (20, 21));
        assert_eq!(block.tags_from(21).next(), Some(second));
        assert_eq!(block.tags_from(30).next(), None);
        assert!(!block.holds(Tag::numbered(19).expect("a tag")));
    }

    #[test]
    fn a_block_ends_before_the_tags_do_and_is_read_no_otherwise() {
        assert_eq!(block(0, 0), Err(NoBlock::Count(0)));
        let many = BLOCK_NUMBERS_MAX + 1;
        assert_eq!(block(0, many), Err(NoBlock::Count(many)));
        assert!(block(NUMBERS - 10, 10).is_ok());
        assert_eq!(block(NUMBERS - 10, 11), Err(NoBlock::End));
        assert_eq!(block(u32::MAX, 11), Err(NoBlock::End));
        let kept = block(7, 10).expect("a block");
        let text = serde_json::to_string(&kept).expect("written");
        assert_eq!(serde_json::from_str::<TagBlock>(&text).expect("read"), kept);
        for other in [
            r#"{"station":"s-1","first":7,"count":0}"#,
            r#"{"station":"s-1","first":7,"count":10,"more":1}"#,
        ] {
            assert!(serde_json::from_str::<TagBlock>(other).is_err(), "{other}");
        }
    }
}
