#pragma once
// The table of person_table1 as Markdown and as JSON.
#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <edgenn/person_config.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "limits.hpp"
#include "naive_person_detector.hpp"
#include "person_checks.hpp"
#include "person_inputs.hpp"

namespace bench {

/// One step of the table, and what was measured of it.
struct table_row {
  std::string number, what;
  std::array<double, 3> macs_of{};    ///< of far, medium and near
  long long memory = 0, weights = 0;  ///< bytes; 0: on the heap
  int most_rounds = 0;                ///< 0: all
  std::function<person_boxes(detection_times&)> detect{};
  std::vector<detection_times> times{};
  person_boxes boxes{};

  /// The median of a time, and the least, in milliseconds.
  struct summary {
    double median, least;
  };
  template <class Part>
  summary milliseconds(Part part) const {
    std::vector<double> all;
    for (const detection_times& t : times) all.push_back(1e3 * part(t));
    return summary_of(std::move(all));
  }
  static summary summary_of(std::vector<double> all) {
    std::sort(all.begin(), all.end());
    const std::size_t n = all.size();
    return {n % 2 == 1 ? all[n / 2] : (all[n / 2 - 1] + all[n / 2]) / 2, all[0]};
  }
  summary scaling() const {
    return milliseconds([](const detection_times& t) { return t.scaling; });
  }
  summary detection() const {
    return milliseconds([](const detection_times& t) { return t.detection(); });
  }
  summary together() const {
    return milliseconds([](const detection_times& t) { return t.all(); });
  }
  summary suppression() const {
    return milliseconds([](const detection_times& t) { return t.suppression; });
  }
  summary network(int i) const {
    return milliseconds([i](const detection_times& t) { return t.networks[static_cast<std::size_t>(i)]; });
  }
  double macs() const { return macs_of[0] + macs_of[1] + macs_of[2]; }
  double gmacs_per_second() const { return macs() * 1e-6 / detection().median; }
  double gmacs_per_second(int net) const {
    const double macs_of_net = macs_of[static_cast<std::size_t>(net)];
    return macs_of_net == 0 ? 0 : macs_of_net * 1e-6 / network(net).median;
  }
};

[[gnu::format(printf, 1, 2)]] inline std::string format(const char* pattern, ...) {
  char line[512];
  std::va_list values;
  va_start(values, pattern);
  std::vsnprintf(line, sizeof line, pattern, values);
  va_end(values);
  return line;
}

/// Puts the file there when it is complete.
inline void write_whole(const std::string& path, const std::string& text) {
  const std::string fresh = path + ".part";
  std::ofstream file{fresh, std::ios::binary};
  file << text;
  file.close();
  std::error_code failed;
  if (file) std::filesystem::rename(fresh, path, failed);
  if (!file || failed) {
    std::filesystem::remove(fresh, failed);
    throw cannot_read{path, "cannot be written"};
  }
}

/// All that was found.
struct table {
  std::string image, weights;
  double threshold = 0, peak_gflops = 0;
  std::vector<table_row> rows;
  double large_macs = 0;  ///< of the network to compare rates with
  std::vector<double> large_seconds;
  std::vector<std::pair<std::string, difference>> differences;  ///< of rows from row 2
  ground_check ground;                                          ///< of row 4
  edgenn::ground_plane ground_plane;

  const table_row& row(std::string_view number) const {
    return *std::find_if(rows.begin(), rows.end(), [&](const table_row& r) { return r.number == number; });
  }
  /// Row 3b is there for comparison: what rounding transformed weights costs.
  bool is_right() const {
    return ground.is_right() && std::all_of(differences.begin(), differences.end(), [](const auto& d) {
             return d.second.is_same() || d.first == "3b";
           });
  }

  std::string markdown() const {
    const auto& [scaling, detection] = std::pair{"input scaling, ms", "detection, ms"};
    std::string text = format(
        "# From a naive port to a resolved person detector\n\n%s; %s; %s; %s; one thread; FMA "
        "peak %.0f GFLOP/s.\n",
        processor().c_str(), BENCH_COMPILER, BENCH_FLAGS, widest_isa_name, peak_gflops);
    text += format(
        "Image: %s. Weights: %s. Scores above %g. %s; medians of alternating rounds, in parentheses the "
        "least.\n\n",
        image.c_str(), weights.c_str(), threshold,
        stopwatch::of_processor ? "Processor time" : "Time on the wall");
    text += format(
        "| | | rounds | %s | %s | together, ms | times as fast as 1 | as 1b | GMAC | GMAC/s | boxes |\n",
        scaling, detection);
    text += "|---|---|---|---|---|---|---|---|---|---|---|\n";
    for (const table_row& r : rows) {
      text += format("| %s | %s ", r.number.c_str(), r.what.c_str());
      text += format("| %zu | %s | %s | %s | %s | %s | %.2f | %.1f | %zu |\n", r.times.size(),
                     cell(r.scaling()).c_str(), cell(r.detection()).c_str(), cell(r.together()).c_str(),
                     times_as_fast(r, row("1")).c_str(), times_as_fast(r, row("1b")).c_str(), r.macs() * 1e-9,
                     r.gmacs_per_second(), r.boxes.size());
    }
    text +=
        "\n| | far, ms | GMAC/s | medium, ms | GMAC/s | near, ms | GMAC/s | suppression, ms | of the whole | "
        "memory, bytes | weights, bytes |\n|---|---|---|---|---|---|---|---|---|---|---|\n";
    for (const table_row& r : rows) {
      text += format("| %s ", r.number.c_str());
      for (int net = 0; net < 3; ++net)
        text += format("| %s | %.1f ", cell(r.network(net)).c_str(), r.gmacs_per_second(net));
      text += format("| %.3f | %.2f %% | %s | %s |\n", r.suppression().median,
                     100 * r.suppression().median / r.together().median, bytes(r.memory).c_str(),
                     bytes(r.weights).c_str());
    }
    text += format("\nperson_cnn, the same run: %s ms, %.2f GMAC, %.1f GMAC/s.\n", cell(large()).c_str(),
                   large_macs * 1e-9, large_rate());
    text += format(
        "Ground plane: camera %g m above the ground, pitch %g degrees, focal length %g pixels, persons of "
        "%g to %g m.\n",
        value(ground_plane.camera_height), value(ground_plane.pitch), value(ground_plane.focal_length),
        value(ground_plane.shortest), value(ground_plane.tallest));
    text += "\n## Goals\n\n| figure | goal | found | met |\n|---|---|---|---|\n";
    for (const goal& g : goals())
      text += format("| %s | %s | %s | %s |\n", g.figure.c_str(), g.wanted.c_str(), g.found.c_str(),
                     g.is_met ? "yes" : "**no**");
    text += "\n## Checks\n\n";
    for (const auto& [number, d] : differences)
      text += format(
          "- Row %s finds what row 2 finds: %s. %d boxes compared both ways, %d without a partner; at most "
          "%.4f pixels and %.6f of the score apart.\n",
          number.c_str(), d.is_same() ? "yes" : "**NO**", d.compared, d.missing, d.pixels, d.score);
    text += format(
        "- Row 4 loses only what the plane excludes: %s. Of %d local maxima of row 2, before boxes that "
        "overlap "
        "are removed, the plane allows %d, of which row 4 has %d; it has %d of the others, within the "
        "plane's "
        "margin. Scores of cells that both have differ by at most %.6f.\n",
        ground.is_right() ? "yes" : "**NO**", ground.found, ground.allowed, ground.kept, ground.beside,
        ground.score);
    return text;
  }

  std::string json() const {
    std::string text =
        format("{\n \"machine\": {\"processor\": \"%s\", \"isa\": \"%s\", \"peak_gflops\": %.1f},\n",
               processor().c_str(), widest_isa_name, peak_gflops);
    text +=
        format(" \"compiler\": \"%s\", \"flags\": \"%s\", \"threads\": 1,\n", BENCH_COMPILER, BENCH_FLAGS);
    std::string name;
    for (const char c : image) name += c == '"' || c == '\\' || c < ' ' ? '_' : c;
    text += format(" \"clock\": \"%s\", \"image\": \"%s\", \"weights\": \"%s\", \"threshold\": %g,\n",
                   stopwatch::of_processor ? "processor" : "wall", name.c_str(), weights.c_str(), threshold);
    text += format(
        " \"ground_plane\": {\"camera_height\": %g, \"pitch\": %g, \"focal_length\": %g, \"shortest\": %g, "
        "\"tallest\": %g},\n \"rows\": [",
        value(ground_plane.camera_height), value(ground_plane.pitch), value(ground_plane.focal_length),
        value(ground_plane.shortest), value(ground_plane.tallest));
    const char* separator = "";
    for (const table_row& r : rows) {
      text += format("%s\n  {\"row\": \"%s\", \"what\": \"%s\"", separator, r.number.c_str(), r.what.c_str());
      text += format(
          ", \"macs\": %.0f, \"memory_bytes\": %lld, \"weights_bytes\": %lld, \"boxes\": %zu,\n   "
          "\"rounds\": [",
          r.macs(), r.memory, r.weights, r.boxes.size());
      for (std::size_t i = 0; i < r.times.size(); ++i) {
        const detection_times& t = r.times[i];
        text += format(
            "%s{\"scaling_ms\": %.4f, \"far_ms\": %.4f, \"medium_ms\": %.4f, \"near_ms\": %.4f, "
            "\"suppression_ms\": %.4f}",
            i == 0 ? "" : ",\n    ", 1e3 * t.scaling, 1e3 * t.networks[0], 1e3 * t.networks[1],
            1e3 * t.networks[2], 1e3 * t.suppression);
      }
      text += format(
          "],\n   \"scaling_ms\": %.4f, \"detection_ms\": %.4f, \"together_ms\": %.4f, "
          "\"gmacs_per_second\": %.3f",
          r.scaling().median, r.detection().median, r.together().median, r.gmacs_per_second());
      text += "}";
      separator = ",";
    }
    text += format(
        "],\n \"person_cnn\": {\"macs\": %.0f, \"ms\": %.4f, \"gmacs_per_second\": %.3f},\n \"goals\": [",
        large_macs, large().median, large_rate());
    separator = "";
    for (const goal& g : goals()) {
      text +=
          format("%s\n  {\"figure\": \"%s\", \"goal\": \"%s\", \"found\": \"%s\", \"met\": %s}", separator,
                 g.figure.c_str(), g.wanted.c_str(), g.found.c_str(), g.is_met ? "true" : "false");
      separator = ",";
    }
    text += "],\n \"checks\": [";
    for (const auto& [number, d] : differences)
      text += format(
          "\n  {\"rows\": [\"%s\", \"2\"], \"same\": %s, \"compared\": %d, \"missing\": %d, \"pixels\": "
          "%.5f, "
          "\"score\": %.7f},",
          number.c_str(), d.is_same() ? "true" : "false", d.compared, d.missing, d.pixels, d.score);
    text += format(
        "\n  {\"rows\": [\"4\", \"2\"], \"only_what_the_plane_excludes\": %s, \"found\": %d, \"allowed\": "
        "%d, "
        "\"kept\": %d, \"beside\": %d, \"score\": %.7f}]\n}\n",
        ground.is_right() ? "true" : "false", ground.found, ground.allowed, ground.kept, ground.beside,
        ground.score);
    return text;
  }

 private:
  struct goal {
    std::string figure, wanted, found;
    bool is_met;
  };
  std::vector<goal> goals() const {
    const double faster = row("1").together().median / row("4").together().median;
    const double rate = row("2").gmacs_per_second() / large_rate();
    const double part = row("2").suppression().median / row("2").together().median;
    return {{"row 4 as fast as row 1, times", "at least 15", format("%.1f", faster), faster >= 15},
            {"rate of row 2 as a part of that of person_cnn", "at least 80 %", format("%.1f %%", 100 * rate),
             rate >= .8},
            {"suppression of row 2 as a part of its time", "less than 2 %", format("%.2f %%", 100 * part),
             part < .02}};
  }
  table_row::summary large() const {
    std::vector<double> all;
    for (const double s : large_seconds) all.push_back(1e3 * s);
    return table_row::summary_of(std::move(all));
  }
  double large_rate() const { return large_macs * 1e-6 / large().median; }

  static double value(const edgenn::real& v) { return static_cast<double>(v.value()); }
  static std::string cell(const table_row::summary& s) { return format("%.1f (%.1f)", s.median, s.least); }
  static std::string bytes(long long n) { return n == 0 ? "heap" : std::to_string(n); }
  static std::string times_as_fast(const table_row& r, const table_row& than) {
    return format("%.1f", than.together().median / r.together().median);
  }
};

}  // namespace bench
