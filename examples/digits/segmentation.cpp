#include "segmentation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <utility>

#include "error.hpp"
#include "text.hpp"

namespace {

constexpr double least_contrast = 30;  // grey levels between digits and background
constexpr int crop_margin = 2;         // pixels of soft edge kept around a digit
constexpr std::size_t most_marks = 20000;

/// How far each pixel stands out from the background, and from which value on it counts as ink.
struct ink_map {
  grey_image level;
  int threshold = 256;  // above every level: no ink
};

/// Otsu's threshold: splits grey levels into two classes so that the variance between them is largest. The
/// larger class is the background.
ink_map find_ink(const grey_image& image) {
  std::array<double, 256> histogram{};
  for (const std::uint8_t p : image.pixels) ++histogram[p];
  const auto moment = [&](int from, int to) {
    double sum = 0;
    for (int v = from; v < to; ++v) sum += v * histogram[static_cast<std::size_t>(v)];
    return sum;
  };
  const auto total = static_cast<double>(image.pixels.size());
  const double total_moment = moment(0, 256);
  int split = 0;  // levels below it are the dark class
  double best = 0, below = 0, below_moment = 0, dark_count = 0, dark_mean = 0, light_mean = 0;
  for (int v = 0; v < 255; ++v) {
    below += histogram[static_cast<std::size_t>(v)];
    below_moment += v * histogram[static_cast<std::size_t>(v)];
    if (below == 0 || below == total) continue;
    const double low = below_moment / below, high = (total_moment - below_moment) / (total - below);
    const double variance = below * (total - below) * (high - low) * (high - low);
    if (variance <= best) continue;
    best = variance;
    split = v + 1;
    dark_count = below;
    dark_mean = low;
    light_mean = high;
  }

  ink_map map;
  map.level = {image.width, image.height, std::vector<std::uint8_t>(image.pixels.size())};
  if (light_mean - dark_mean < least_contrast) return map;
  const bool dark_background = 2 * dark_count >= total;
  const int background = static_cast<int>(std::lround(dark_background ? dark_mean : light_mean));
  // What differs from the background by less is grain, not the soft edge of a stroke.
  const int grain = static_cast<int>((light_mean - dark_mean) / 10);
  map.threshold = std::max(1, dark_background ? split - background : background - split + 1);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const int difference = dark_background ? image.pixels[i] - background : background - image.pixels[i];
    map.level.pixels[i] = static_cast<std::uint8_t>(difference > grain ? difference : 0);
  }
  return map;
}

/// A connected patch of ink, or several that are one digit.
struct mark {
  std::vector<int> labels;
  rectangle box;
  int area = 0;

  int extent() const { return std::max(box.width(), box.height()); }
  double middle() const { return (box.top + box.bottom) / 2.0; }
};

rectangle united(const rectangle& a, const rectangle& b) {
  return {std::min(a.left, b.left), std::min(a.top, b.top), std::max(a.right, b.right),
          std::max(a.bottom, b.bottom)};
}

/// Labels the connected ink within `area`: `labels` gets the number of its mark at each pixel of ink. Faint
/// ink, down to half the threshold, connects the parts of a stroke but does not widen the box.
std::vector<mark> find_marks(const ink_map& ink, const rectangle& area, std::vector<int>& labels) {
  std::vector<mark> marks;
  std::vector<std::array<int, 2>> pending;
  const auto is_new = [&](int x, int y, int threshold) {
    return ink.level.at(x, y) >= threshold && labels[ink.level.index(x, y)] == 0;
  };
  const int faint = std::max(1, ink.threshold / 2);
  for (int y = area.top; y < area.bottom; ++y)
    for (int x = area.left; x < area.right; ++x) {
      if (!is_new(x, y, ink.threshold)) continue;
      const int label = static_cast<int>(marks.size()) + 1;
      mark m{{label}, {x, y, x + 1, y + 1}, 0};
      const auto take = [&](int px, int py) {
        labels[ink.level.index(px, py)] = label;
        pending.push_back({px, py});
      };
      take(x, y);
      while (!pending.empty()) {
        const auto [px, py] = pending.back();
        pending.pop_back();
        if (ink.level.at(px, py) >= ink.threshold) {
          ++m.area;
          m.box = united(m.box, {px, py, px + 1, py + 1});
        }
        for (int ny = std::max(py - 1, area.top); ny < std::min(py + 2, area.bottom); ++ny)
          for (int nx = std::max(px - 1, area.left); nx < std::min(px + 2, area.right); ++nx)
            if (is_new(nx, ny, faint)) take(nx, ny);
      }
      marks.push_back(m);
    }
  return marks;
}

/// The extent of a typical digit: half of all ink lies in marks that are larger. Specks have little ink, so
/// they do not count, however many they are.
int typical_extent(std::vector<mark> marks) {
  std::sort(marks.begin(), marks.end(), [](const mark& a, const mark& b) { return a.extent() > b.extent(); });
  const auto all = std::accumulate(marks.begin(), marks.end(), 0LL,
                                   [](long long sum, const mark& m) { return sum + m.area; });
  long long seen = 0;
  for (const mark& m : marks)
    if (2 * (seen += m.area) >= all) return m.extent();
  return 0;
}

/// Removes what cannot be part of a digit: frames, which enclose much and fill little, and specks smaller
/// than `least_share` of the typical mark or than `least_extent` pixels.
void remove_noise(std::vector<mark>& marks, double least_share, double least_extent) {
  std::erase_if(
      marks, [](const mark& m) { return m.extent() > 50 && m.area < 0.04 * m.box.width() * m.box.height(); });
  const double least = std::max(least_extent, least_share * typical_extent(marks));
  std::erase_if(marks, [&](const mark& m) { return m.extent() < least; });
}

void join(mark& whole, const mark& part) {
  whole.labels.insert(whole.labels.end(), part.labels.begin(), part.labels.end());
  whole.box = united(whole.box, part.box);
  whole.area += part.area;
}

/// Pixels between two rectangles, 0 if they touch or overlap.
int gap(const rectangle& a, const rectangle& b) {
  return std::max({0, a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom});
}

/// Joins small marks to the whole digit that is nearest, if it is near: the detached bar of a 5, for example.
void join_fragments(std::vector<mark>& marks) {
  const int typical = typical_extent(marks);
  const auto fragments = std::partition(marks.begin(), marks.end(),
                                        [&](const mark& m) { return m.box.height() >= 0.6 * typical; });
  const std::vector<mark> parts(fragments, marks.end());
  marks.erase(fragments, marks.end());
  const std::size_t wholes = marks.size();
  for (const mark& part : parts) {
    const auto nearest = std::min_element(
        marks.begin(), marks.begin() + static_cast<std::ptrdiff_t>(wholes),
        [&](const mark& a, const mark& b) { return gap(a.box, part.box) < gap(b.box, part.box); });
    if (gap(nearest->box, part.box) <= 0.3 * typical)
      join(*nearest, part);
    else
      marks.push_back(part);
  }
}

/// Cuts out one digit with its soft edge.
glyph cut_out(const ink_map& ink, const std::vector<int>& labels, const mark& m, const rectangle& within) {
  glyph g;
  g.box = m.box;
  g.crop = {std::max(g.box.left - crop_margin, within.left), std::max(g.box.top - crop_margin, within.top),
            std::min(g.box.right + crop_margin, within.right),
            std::min(g.box.bottom + crop_margin, within.bottom)};
  g.ink.reserve(static_cast<std::size_t>(g.crop.width()) * static_cast<std::size_t>(g.crop.height()));
  for (int y = g.crop.top; y < g.crop.bottom; ++y)
    for (int x = g.crop.left; x < g.crop.right; ++x) {
      const std::size_t at = ink.level.index(x, y);
      const bool ours =
          labels[at] == 0 || std::find(m.labels.begin(), m.labels.end(), labels[at]) != m.labels.end();
      g.ink.push_back(ours ? static_cast<float>(ink.level.pixels[at]) : 0.0f);
    }
  return g;
}

/// A line of digits, and the height at which it has arrived.
struct text_line {
  std::vector<mark> marks;
  double middle = 0;
};

/// Sorts marks into lines of text. Going from left to right each mark joins the line that is nearest in
/// height, and draws it a little to its own: lines may slope.
std::vector<text_line> sort_into_lines(std::vector<mark> marks) {
  std::sort(marks.begin(), marks.end(), [](const mark& a, const mark& b) { return a.box.left < b.box.left; });
  const int typical = typical_extent(marks);
  std::vector<text_line> lines;
  for (const mark& m : marks) {
    text_line* nearest = nullptr;
    double least = 0.6 * typical;
    for (text_line& line : lines) {
      const double distance = std::abs(line.middle - m.middle());
      if (distance < least) {
        least = distance;
        nearest = &line;
      }
    }
    if (nearest == nullptr) nearest = &lines.emplace_back(text_line{{}, m.middle()});
    nearest->marks.push_back(m);
    nearest->middle += 0.5 * (m.middle() - nearest->middle);
  }
  std::sort(lines.begin(), lines.end(),
            [](const text_line& a, const text_line& b) { return a.marks[0].middle() < b.marks[0].middle(); });
  return lines;
}

}  // namespace

page find_digits(const grey_image& image, const std::string& path) {
  const ink_map ink = find_ink(image);
  const rectangle all{0, 0, image.width, image.height};
  std::vector<int> labels(image.pixels.size());
  std::vector<mark> marks = find_marks(ink, all, labels);
  remove_noise(marks, 0.3, 4);
  if (marks.size() > most_marks)
    throw input_error{path, "found " + grouped(marks.size()) + " patches of ink, expected at most "
                                + grouped(most_marks) + " digits"};
  join_fragments(marks);
  page lines;
  for (const text_line& line : sort_into_lines(marks)) {
    lines.emplace_back();
    for (const mark& m : line.marks) lines.back().push_back(cut_out(ink, labels, m, all));
  }
  return lines;
}

page cut_cells(const grey_image& image, int cell_width, int cell_height, const std::string& path) {
  if (cell_width > image.width || cell_height > image.height || image.width % cell_width != 0
      || image.height % cell_height != 0)
    throw input_error{path, "found an image of " + std::to_string(image.width) + "x"
                                + std::to_string(image.height) + " pixels, expected whole cells of "
                                + std::to_string(cell_width) + "x" + std::to_string(cell_height)};
  const ink_map ink = find_ink(image);
  std::vector<int> labels(image.pixels.size());
  page lines;
  for (int top = 0; top < image.height; top += cell_height) {
    lines.emplace_back();
    for (int left = 0; left < image.width; left += cell_width) {
      const rectangle cell{left, top, left + cell_width, top + cell_height};
      std::vector<mark> marks = find_marks(ink, cell, labels);
      // A small patch beside a large one in a cell is a part of the same digit; alone it is dirt.
      remove_noise(marks, 0.1, 1);
      glyph digit;
      if (!marks.empty()) {
        mark whole = marks.front();
        for (std::size_t i = 1; i < marks.size(); ++i) join(whole, marks[i]);
        if (whole.extent() >= 0.15 * std::min(cell_width, cell_height))
          digit = cut_out(ink, labels, whole, cell);
      }
      lines.back().push_back(std::move(digit));
    }
  }
  return lines;
}
