// Prints which backend computes which layer, as Markdown, from the concepts `supports` and `implements` over
// the cases of cases.hpp.
//
//   support_table                   prints the table
//   support_table --check README    exit status 1 if the table in the file is another one
//   support_table --write README    puts the table into the file
//
// `cpu` stands for all instruction sets of the CPU backend; tests/cpu compiles the table for each. In the
// file it stands between the lines <!-- support table begin --> and <!-- support table end -->.
#include <algorithm>
#include <cases.hpp>
#include <cstdio>
#include <edgenn/backends/cpu.hpp>
#include <edgenn/backends/reference.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

using namespace edgenn;

namespace {

/// The columns of the table. Every backend that another falls back to must be among them.
template <class F>
constexpr void for_each_backend(F f) {
  f.template operator()<reference>("reference");
  f.template operator()<reference_fp16_weights>("reference_fp16_weights");
  f.template operator()<native>("cpu");
}

template <class Backend>
constexpr const char* name_of() {
  const char* name = nullptr;
  for_each_backend([&name]<class B>(const char* n) {
    if (std::is_same_v<B, Backend>) name = n;
  });
  return name;
}

/// The backend whose kernel computes `Op` on `Backend`: no_fallback if there is none.
template <class Backend, class Op>
constexpr auto provider() {
  if constexpr (!supports<Backend, Op>)
    return std::type_identity<no_fallback>{};
  else if constexpr (implements<Backend, Op>)
    return std::type_identity<Backend>{};
  else
    return provider<typename Backend::fallback, Op>();
}

/// The name of the backend whose kernel computes `Op` on `Backend`; null if there is none.
template <class Backend, class Op>
constexpr const char* provider_name() {
  using from = typename decltype(provider<Backend, Op>())::type;
  static_assert(std::is_same_v<from, no_fallback> || name_of<from>() != nullptr,
                "add the backend to for_each_backend");
  return name_of<from>();
}

/// Who computes the cases of one layer on one backend, and how many of them.
using support = std::vector<std::pair<const char*, int>>;

void count(support& s, const char* provider) {
  for (auto& [known, cases] : s)
    if (known == provider) {
      ++cases;
      return;
    }
  s.emplace_back(provider, 1);
}

std::string cell(const support& s, std::string_view backend) {
  int all = 0;
  for (const auto& [provider, cases] : s) all += cases;
  std::string text;
  for (const auto& [provider, cases] : s) {
    if (!text.empty()) text += ", ";
    if (provider == nullptr)
      text += "no";
    else if (provider == backend)
      text += "own kernel";
    else
      text.append("falls back to ").append(provider);
    if (cases != all)
      text.append(" (")
          .append(std::to_string(cases))
          .append(" of ")
          .append(std::to_string(all))
          .append(" cases)");
  }
  return text;
}

struct row {
  const char* layer;
  std::vector<support> backends;
};

std::string table() {
  std::vector<const char*> backends;
  for_each_backend([&]<class Backend>(const char* name) { backends.push_back(name); });

  std::vector<row> rows;
  tests::for_each_case([&]<class Case>(const Case&) {
    const auto same = [](const row& r) { return r.layer == std::string_view{Case::layer.name}; };
    auto r = std::find_if(rows.begin(), rows.end(), same);
    if (r == rows.end()) r = rows.insert(r, {Case::layer.name, std::vector<support>(backends.size())});
    auto column = r->backends.begin();
    for_each_backend(
        [&]<class Backend>(const char*) { count(*column++, provider_name<Backend, typename Case::op>()); });
  });

  std::string text = "| layer |", rule = "|---|";
  for (const char* name : backends) {
    text.append(" ").append(name).append(" |");
    rule += "---|";
  }
  text.append("\n").append(rule).append("\n");
  for (const row& r : rows) {
    text.append("| ").append(r.layer).append(" |");
    for (std::size_t i = 0; i < backends.size(); ++i)
      text.append(" ").append(cell(r.backends[i], backends[i])).append(" |");
    text += "\n";
  }
  return text;
}

// The rules of `provider`, on two backends without kernels of their own.
struct dependent {
  using fallback = reference;
};
struct lonely {
  using fallback = no_fallback;
};
using some_op = op<softmax{}, shape{.c = 2}, shape{.c = 2}>;
static_assert(std::is_same_v<decltype(provider<dependent, some_op>()), std::type_identity<reference>>);
static_assert(std::is_same_v<decltype(provider<lonely, some_op>()), std::type_identity<no_fallback>>);

int fail(const std::string& message, int status) {
  std::fprintf(stderr, "support_table: %s\n", message.c_str());
  return status;
}

/// Checks or replaces the table in the file `path`.
int check_or_write(bool write, const std::string& path) {
  const std::string begin = "<!-- support table begin -->\n", end = "<!-- support table end -->\n";
  std::ifstream in{path, std::ios::binary};
  if (!in) return fail(path + ": cannot be read", 2);
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  in.close();
  const std::size_t b = text.find(begin), from = b + begin.size();
  const std::size_t to = b == std::string::npos ? b : text.find(end, from);
  if (to == std::string::npos)
    return fail(path + ": has no lines \"" + begin.substr(0, begin.size() - 1) + "\" and \""
                    + end.substr(0, end.size() - 1) + "\" in this order, expected the table between them",
                2);
  const std::string expected = text.substr(0, from) + table() + text.substr(to);
  if (!write) {
    if (text == expected) return 0;
    return fail(path + ": has another support table than the kernels: run support_table --write on it", 1);
  }
  const std::string temporary = path + ".tmp";
  std::ofstream out{temporary, std::ios::binary};
  out << expected;
  out.close();
  if (!out) return fail(temporary + ": cannot be written", 2);
  std::error_code error;
  std::filesystem::rename(temporary, path, error);
  if (error) return fail(path + ": " + error.message(), 2);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string how = argc > 1 ? argv[1] : "";
  if (argc == 1) {
    std::fputs(table().c_str(), stdout);
    return 0;
  }
  if (argc != 3 || (how != "--check" && how != "--write"))
    return fail("unknown arguments, expected none, --check FILE or --write FILE", 2);
  return check_or_write(how == "--write", argv[2]);
}
