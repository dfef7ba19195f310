#include "confusions.hpp"

#include <algorithm>
#include <cmath>

#include "canvas.hpp"
#include "image_file.hpp"
#include "text.hpp"

namespace {

constexpr colour paper{255, 255, 255}, ink{38, 42, 51}, faint{120, 126, 138}, grid{226, 229, 235};
constexpr colour right_colour{31, 98, 170}, wrong_colour{214, 76, 33};

constexpr double text_size = 14;  // twice the font's own, so letters are sharp
constexpr double margin = 32, cell = 62;
constexpr double matrix_left = margin + 84, matrix_top = 176;
constexpr double matrix_right = matrix_left + 10 * cell, matrix_bottom = matrix_top + 10 * cell;
constexpr double shares_right = matrix_right + 114;
constexpr double gallery_left = shares_right + 48;
constexpr int gallery_columns = 6, gallery_rows = 10;
constexpr double thumbnail_pixel = 2, thumbnail = 28 * thumbnail_pixel, thumbnail_pitch = thumbnail + 28;

std::string grouped_count(int n) { return grouped(static_cast<std::uint64_t>(n)); }

void draw_cell(canvas& c, double left, double top, int n, double strength, const colour& full) {
  c.rectangle(left, top, left + cell, top + cell, grid);
  c.rectangle(left + 1, top + 1, left + cell - 1, top + cell - 1, mixed(paper, full, strength));
  if (n == 0) return;
  const std::string number = grouped_count(n);
  c.text(left + cell / 2, top + cell / 2, number.size() <= 5 ? text_size : text_size / 2, number,
         strength > 0.65 ? paper : ink, align::centre);
}

void draw_matrix(canvas& c, const confusion_matrix& counts) {
  std::array<int, 10> labelled{}, read{};
  int most_wrong = 1;
  for (std::size_t label = 0; label < 10; ++label)
    for (std::size_t digit = 0; digit < 10; ++digit) {
      const int n = counts[label][digit];
      labelled[label] += n;
      read[digit] += n;
      if (label != digit) most_wrong = std::max(most_wrong, n);
    }

  for (std::size_t label = 0; label < 10; ++label)
    for (std::size_t digit = 0; digit < 10; ++digit) {
      const int n = counts[label][digit];
      const double left = matrix_left + static_cast<double>(digit) * cell;
      const double top = matrix_top + static_cast<double>(label) * cell;
      // The diagonal is coloured by its share of the row, steeply, because good shares are close to one.
      // Errors are coloured by their number, the most frequent in full.
      if (n == 0)
        draw_cell(c, left, top, n, 0, paper);
      else if (label == digit)
        draw_cell(c, left, top, n, 0.15 + 0.85 * std::pow(static_cast<double>(n) / labelled[label], 8),
                  right_colour);
      else
        draw_cell(c, left, top, n, 0.2 + 0.8 * std::sqrt(static_cast<double>(n) / most_wrong), wrong_colour);
    }

  c.text((matrix_left + matrix_right) / 2, matrix_top - 50, text_size, "read as", faint, align::centre);
  c.text(margin, matrix_top - 20, text_size, "true", faint);
  c.text(shares_right, matrix_top - 20, text_size, "correct", faint, align::right);
  c.text(margin, matrix_bottom + 24, text_size, "total", faint);
  for (std::size_t i = 0; i < 10; ++i) {
    const double middle = (static_cast<double>(i) + 0.5) * cell;
    const std::string name = std::to_string(i);
    c.text(matrix_left + middle, matrix_top - 20, text_size, name, ink, align::centre);
    c.text(matrix_left - 24, matrix_top + middle, text_size, name, ink, align::centre);
    c.text(matrix_left + middle, matrix_bottom + 24, text_size, grouped_count(read[i]), faint, align::centre);
    if (labelled[i] == 0) continue;
    c.text(shares_right, matrix_top + middle - 11, text_size,
           percent(static_cast<double>(counts[i][i]) / labelled[i]), ink, align::right);
    c.text(shares_right, matrix_top + middle + 11, text_size, "of " + grouped_count(labelled[i]), faint,
           align::right);
  }
}

void draw_thumbnail(canvas& c, double left, double top, const mnist_digit& image) {
  for (std::size_t y = 0; y < 28; ++y)
    for (std::size_t x = 0; x < 28; ++x) {
      const double level = 255 * static_cast<double>(image[y * 28 + x]);
      const double px = left + static_cast<double>(x) * thumbnail_pixel;
      const double py = top + static_cast<double>(y) * thumbnail_pixel;
      c.rectangle(px, py, px + thumbnail_pixel, py + thumbnail_pixel, {level, level, level});
    }
}

void draw_gallery(canvas& c, std::vector<labelled_digit> misread) {
  std::stable_sort(misread.begin(), misread.end(),
                   [](const auto& a, const auto& b) { return a.probability > b.probability; });
  const std::size_t shown = std::min<std::size_t>(misread.size(), gallery_columns * gallery_rows);
  std::string title = "no digit was misread";
  if (!misread.empty()) title = count_of(misread.size(), "misread digit");
  c.text(gallery_left, matrix_top - 50, text_size, title, faint);
  if (shown < misread.size())
    c.text(gallery_left, matrix_top - 20, text_size,
           "the " + std::to_string(shown) + " surest; true, read as", faint);
  else if (shown > 0)
    c.text(gallery_left, matrix_top - 20, text_size, "the surest first; true, read as", faint);
  for (std::size_t i = 0; i < shown; ++i) {
    const double left = gallery_left + static_cast<double>(i % gallery_columns) * thumbnail_pitch;
    const double top = matrix_top + 3 + static_cast<double>(i / gallery_columns) * cell;
    draw_thumbnail(c, left, top, misread[i].image);
    c.text(left + thumbnail + 5, top + 15, text_size, std::to_string(misread[i].label), right_colour);
    c.text(left + thumbnail + 5, top + 41, text_size, std::to_string(misread[i].read_as), wrong_colour);
  }
}

}  // namespace

confusion_matrix count_confusions(const std::vector<labelled_digit>& digits) {
  confusion_matrix counts{};
  for (const labelled_digit& d : digits)
    ++counts[static_cast<std::size_t>(d.label)][static_cast<std::size_t>(d.read_as)];
  return counts;
}

void draw_confusions(const std::string& path, const std::string& title, const std::string& subtitle,
                     const std::vector<labelled_digit>& digits) {
  constexpr double width = gallery_left + gallery_columns * thumbnail_pitch + margin;
  canvas c{static_cast<int>(width), static_cast<int>(matrix_bottom + 60), paper};
  c.text(margin, 44, 1.5 * text_size, title, ink);
  c.text(margin, 76, text_size, subtitle, faint);
  draw_matrix(c, count_confusions(digits));
  std::vector<labelled_digit> misread;
  std::copy_if(digits.begin(), digits.end(), std::back_inserter(misread),
               [](const labelled_digit& d) { return d.label != d.read_as; });
  draw_gallery(c, std::move(misread));
  write_png(path, c.width(), c.height(), c.pixels());
}
