//! Folding, and moving among the rows that folds leave visible.

use super::Document;

/// Which rows are visible, summed up in a Fenwick tree: the n-th visible row and a row's place among the visible
/// ones cost log n, so that a page down in 300,000 rows touches a page.
#[derive(Clone, Debug)]
pub(super) struct Visible {
    shown: Vec<bool>,
    /// `sums[i]` counts the visible rows of the `lowbit(i + 1)` rows that end with row `i`.
    sums: Vec<u32>,
    count: usize,
}

impl Visible {
    pub fn all(rows: usize) -> Self {
        let mut visible = Self { shown: vec![true; rows], sums: Vec::new(), count: rows };
        visible.sum_up();
        visible
    }

    fn sum_up(&mut self) {
        self.sums = self.shown.iter().map(|shown| u32::from(*shown)).collect();
        self.count = self.shown.iter().filter(|shown| **shown).count();
        for index in 0..self.sums.len() {
            let above = index | (index + 1);
            if above < self.sums.len() {
                self.sums[above] += self.sums[index];
            }
        }
    }

    fn set(&mut self, row: usize, shown: bool) {
        self.shown[row] = shown;
        self.count = if shown { self.count + 1 } else { self.count - 1 };
        let mut index = row;
        while let Some(sum) = self.sums.get_mut(index) {
            *sum = if shown { *sum + 1 } else { *sum - 1 };
            index |= index + 1;
        }
    }

    /// How many visible rows stand before `row`.
    fn before(&self, row: usize) -> usize {
        let (mut sum, mut end) = (0, row);
        while end > 0 {
            sum += self.sums[end - 1] as usize;
            end &= end - 1;
        }
        sum
    }

    fn nth(&self, n: usize) -> Option<usize> {
        if n >= self.count {
            return None;
        }
        let (mut row, mut left) = (0, n);
        let mut step = self.sums.len().next_power_of_two();
        while step > 0 {
            let sum = self.sums.get(row + step - 1).map(|sum| *sum as usize);
            if let Some(sum) = sum.filter(|sum| *sum <= left) {
                row += step;
                left -= sum;
            }
            step /= 2;
        }
        Some(row)
    }
}

impl Document {
    pub fn is_folded(&self, row: usize) -> bool {
        self.folded[row]
    }

    /// Folds or unfolds a container; tells whether that changed anything (a leaf and `{}` have nothing to fold).
    pub fn set_folded(&mut self, row: usize, folded: bool) -> bool {
        if self.rows[row].children == 0 || self.folded[row] == folded {
            return false;
        }
        self.folded[row] = folded;
        if self.visible.shown[row] {
            self.show_below(row, !folded);
        }
        true
    }

    /// Folds what is unfolded, unfolds what is folded.
    pub fn toggle_fold(&mut self, row: usize) -> bool {
        self.set_folded(row, !self.folded[row])
    }

    /// Unfolds every container.
    pub fn unfold_all(&mut self) {
        self.fold_where(|_, _| false);
    }

    /// Folds every container but the root: its members stay in sight.
    pub fn fold_all(&mut self) {
        self.fold_to_depth(1);
    }

    /// Folds the containers at `depth` and deeper, unfolds those above; 0 leaves only the root's row.
    pub fn fold_to_depth(&mut self, depth: usize) {
        self.fold_where(|document, row| document.rows[row].depth() >= depth);
    }

    /// Folds or unfolds every container below `row`; `row` itself stays as it is.
    pub fn set_folded_below(&mut self, row: usize, folded: bool) {
        let below = row + 1..self.subtree_end(row);
        self.fold_where(|document, row| if below.contains(&row) { folded } else { document.folded[row] });
    }

    /// Unfolds whatever hides `row`; tells whether anything did.
    pub fn reveal(&mut self, row: usize) -> bool {
        let hiding: Vec<usize> = self.ancestors(row).filter(|row| self.folded[*row]).collect();
        for &row in &hiding {
            self.folded[row] = false;
        }
        if let Some(&outermost) = hiding.last() {
            self.show_below(outermost, true);
        }
        !hiding.is_empty()
    }

    /// How many rows are visible.
    pub fn visible_count(&self) -> usize {
        self.visible.count
    }

    pub fn is_visible(&self, row: usize) -> bool {
        self.visible.shown[row]
    }

    /// The row itself, or the folded container that hides it.
    pub fn visible_or_ancestor(&self, row: usize) -> usize {
        if self.is_visible(row) {
            return row;
        }
        self.ancestors(row).find(|row| self.is_visible(*row)).unwrap_or(0)
    }

    /// The `n`-th visible row, from 0.
    pub fn nth_visible(&self, n: usize) -> Option<usize> {
        self.visible.nth(n)
    }

    /// The place of `row` (or of what hides it) among the visible rows, from 0: the inverse of `nth_visible`.
    pub fn visible_place(&self, row: usize) -> usize {
        self.visible.before(self.visible_or_ancestor(row))
    }

    /// The visible rows from `row` (or from what hides it) on; take as many as the pane has lines.
    pub fn visible_from(&self, row: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(self.visible_or_ancestor(row)), |row| self.next_visible(*row))
    }

    /// The visible row below a visible one.
    pub fn next_visible(&self, row: usize) -> Option<usize> {
        let next = if self.folded[row] { self.subtree_end(row) } else { row + 1 };
        (next < self.rows.len()).then_some(next)
    }

    /// The visible row above a visible one.
    pub fn previous_visible(&self, row: usize) -> Option<usize> {
        self.visible.before(row).checked_sub(1).and_then(|place| self.visible.nth(place))
    }

    /// The visible row `lines` further down (up, where negative), stopping at the first and the last.
    pub fn visible_offset(&self, row: usize, lines: isize) -> usize {
        let place = self.visible_place(row).saturating_add_signed(lines).min(self.visible.count - 1);
        self.visible.nth(place).unwrap_or(0)
    }

    /// Brings `visible` in line after `row`, itself visible, was folded or unfolded.
    fn show_below(&mut self, row: usize, shown: bool) {
        let end = self.subtree_end(row);
        // Past this many rows, summing up all of them anew is cheaper than one update each.
        let rebuild = end - row > self.rows.len() / 16;
        let mut next = row + 1;
        while next < end {
            if self.visible.shown[next] != shown {
                if rebuild {
                    self.visible.shown[next] = shown;
                } else {
                    self.visible.set(next, shown);
                }
            }
            // What a fold further down hides is hidden before and after.
            next = if self.folded[next] { self.subtree_end(next) } else { next + 1 };
        }
        if rebuild {
            self.visible.sum_up();
        }
    }

    fn fold_where(&mut self, fold: impl Fn(&Self, usize) -> bool) {
        for row in 0..self.rows.len() {
            self.folded[row] = self.rows[row].children > 0 && fold(self, row);
        }
        self.visible.shown.fill(false);
        let mut next = Some(0);
        while let Some(row) = next {
            self.visible.shown[row] = true;
            next = self.next_visible(row);
        }
        self.visible.sum_up();
    }
}
