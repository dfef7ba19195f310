// Finds people in photos and videos with three small networks on an image pyramid. How: finder.cpp and
// any_detector.hpp; the rest reads, prints and draws.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <new>
#include <optional>

#include "drawing.hpp"
#include "error.hpp"
#include "finder.hpp"
#include "inputs.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "sheet.hpp"
#include "text.hpp"
#include "video.hpp"

namespace {

using clock_type = std::chrono::steady_clock;

double seconds_since(clock_type::time_point start) {
  return std::chrono::duration<double>(clock_type::now() - start).count();
}

/// How many pictures there will be; 0 if that is not known.
long expected_pictures(const std::vector<input>& inputs, long every) {
  long sum = 0;
  for (const input& in : inputs) {
    if (!in.is_video) {
      ++sum;
      continue;
    }
    try {
      const long frames = probe_video(in.path).frame_count;
      if (frames == 0) return 0;
      sum += (frames + every - 1) / every;
    } catch (const input_error&) {  // it will be told when its turn comes
    }
  }
  return sum;
}

/// Everything that happens to pictures, one after the other.
class session {
 public:
  session(const options& o, const std::vector<input>& inputs)
      : options_{o}, finder_{o}, bar_{progress::is_wanted() ? expected_pictures(inputs, o.every) : 0} {}

  /// Whether all inputs could be read; what is wrong with others is told.
  bool look_at(const std::vector<input>& inputs) {
    bool all = true;
    for (const input& in : inputs) {
      try {
        if (in.is_video)
          look_at_video(in);
        else
          look_at_photo(in);
      } catch (const unreadable& e) {
        bar_.clear();
        std::fflush(stdout);
        std::fprintf(stderr, "person_detector: %s\n", e.what());
        all = false;
      }
    }
    bar_.clear();
    if (pictures_ > 0 && !options_.sheet.empty()) write_photo(options_.sheet, sheet_.drawn());
    return all;
  }

  void report() {
    std::FILE* to = options_.json ? stderr : stdout;
    const auto count = static_cast<double>(std::max(pictures_, 1L));
    if (options_.times && pictures_ > 0) {
      std::fprintf(to, "milliseconds for each of %s:\n",
                   count_of(static_cast<std::uint64_t>(pictures_), "picture").c_str());
      double sum = 0;
      for (const stage_times::stage& s : finder_.times().stages()) {
        std::fprintf(to, "  %-20s %8.2f\n", s.name.c_str(), s.milliseconds / count);
        sum += s.milliseconds;
      }
      std::fprintf(to, "  %-20s %8.2f\n", "together", sum / count);
    }
    if (pictures_ > 1 && (!options_.json || options_.times))
      std::fprintf(to, "%s, %s; detection %.1f pictures a second, with reading and writing %.1f; %s\n",
                   count_of(static_cast<std::uint64_t>(pictures_), "picture").c_str(),
                   count_of(static_cast<std::uint64_t>(persons_), "person").c_str(), count / detecting_,
                   count / seconds_since(start_),
                   options_.threads == 1
                       ? "one thread"
                       : count_of(static_cast<std::uint64_t>(options_.threads), "thread").c_str());
  }

 private:
  /// What is wrong with one input does not concern the others.
  struct unreadable : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
  template <class Read>
  static auto reading(Read read) {
    try {
      return read();
    } catch (const input_error& e) {
      throw unreadable{e.what()};
    }
  }

  void look_at_photo(const input& in) {
    photo p = reading([&] { return read_photo(in.path); });
    look_at_picture(p, {in.path}, !in.output.empty());
    if (!in.output.empty()) write_photo(in.output, p);
  }

  void look_at_video(const input& in) {
    video_reader video = reading([&] { return video_reader{in.path}; });
    std::optional<video_writer> written;
    std::optional<unreadable> damage;
    for (long frame = 0;; ++frame) {
      std::optional<photo> p;
      try {
        p = reading([&] { return video.next(); });
      } catch (const unreadable& e) {
        damage.emplace(e);
      }
      if (!p) break;
      if (frame % options_.every != 0) continue;
      look_at_picture(*p, {in.path, frame}, !in.output.empty());
      if (in.output.empty()) continue;
      if (!written) written.emplace(in.output, video.frame_rate() / static_cast<double>(options_.every));
      written->append(*p);
    }
    if (written) written->finish();  // with the frames before a damaged one
    if (damage) throw unreadable{*damage};
  }

  /// Prints the persons in `p`, and draws them if that is wanted or the sheet shows it.
  void look_at_picture(photo& p, const picture_name& name, bool is_wanted) {
    const auto start = clock_type::now();
    const std::vector<person> found = finder_.find(p, options_.threshold);
    const double seconds = seconds_since(start);
    detecting_ += seconds;
    persons_ += static_cast<long>(found.size());
    ++pictures_;
    if (!options_.quiet) {
      bar_.clear();
      std::fputs(
          (options_.json ? as_json(name, found, options_.times ? std::optional{1e3 * seconds} : std::nullopt)
                         : as_table(name, found))
              .c_str(),
          stdout);
      if (std::ferror(stdout) != 0) throw input_error{"standard output", "cannot be written"};
    }
    const bool is_shown = !options_.sheet.empty() && sheet_.wants_next();
    if (is_wanted || is_shown)
      for (auto f = found.rbegin(); f != found.rend(); ++f) {  // the best on top
        char score[32];
        std::snprintf(score, sizeof score, "%.1f", static_cast<double>(f->score));
        draw_box(p, f->where, score, 0);
      }
    if (!options_.sheet.empty()) sheet_.add(p);
    bar_.show(pictures_);
  }

  const options& options_;
  person_finder finder_;
  contact_sheet sheet_{3, 2, 384, 288};
  progress bar_;
  long pictures_ = 0, persons_ = 0;
  double detecting_ = 0;
  clock_type::time_point start_ = clock_type::now();
};

}  // namespace

int main(int count, char** arguments) try {
  const std::optional<options> o = parse_options(count, arguments);
  bool all = true;
  if (o) {
    const std::vector<input> inputs = listed_inputs(o->inputs, o->output, o->sheet);
    session s{*o, inputs};
    all = s.look_at(inputs);
    s.report();
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw input_error{"standard output", "cannot be written"};
  return all ? 0 : 2;
} catch (const input_error& e) {
  std::fflush(stdout);
  std::fprintf(stderr, "person_detector: %s\n", e.what());
  return 2;
} catch (const std::bad_alloc&) {
  std::fprintf(stderr, "person_detector: found too little memory\n");
  return 2;
}
