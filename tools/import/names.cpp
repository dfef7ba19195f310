#include "names.hpp"

#include <algorithm>

namespace edgenn::import {

namespace {

// Keywords, names that the header uses or that a `using namespace edgenn` shows, and macros of the C library.
constexpr std::string_view reserved =
    " activate activation activations add affine alignas alignof and and_eq asm assert "
    "atomic_cancel atomic_commit atomic_noexcept auto average_pool2d axis basic_graph batch_norm "
    "bicubic_resize bitand bitor block bool border box box_format box_order box_variances break "
    "broadcast builder case catch channel_order char char16_t char32_t char8_t class clip "
    "co_await co_return co_yield compl concat concept const const_cast consteval constexpr "
    "constinit continue conv2d coordinates cpu decltype decode_boxes decode_grid default delete "
    "dense depthwise_conv2d detection_rows do double dropout dynamic_cast edgenn else enum errno "
    "error expect explicit export extent extern false fingerprint flag flatten float for friend "
    "global_average_pool global_max_pool goto half hard_sigmoid hard_swish identity if inline "
    "input inputs int interpolation iou kernel layer leaky_relu linux long lrn main max_pool2d "
    "max_pool3d model multiply mutable namespace nearest_pixel network networks new node "
    "noexcept non_max_suppression none not not_eq nullptr op operator or or_eq output outputs "
    "pad2d padding pooled_conv2d prelu preprocess preprocessing prior_size prior_sizes private "
    "protected prove public real reference register reinterpret_cast relu relu6 requires reshape "
    "resize return rounding same same_lower separable_conv2d shape share short sides sigmoid "
    "signed sizeof slice smallest softmax static static_assert static_cast std stderr stdin "
    "stdout storage struct summary suppression switch synchronized template this thread_local "
    "throw transpose true try typedef typeid typename union unix unsigned using valid value "
    "virtual void volatile wchar_t while window x xor xor_eq "
    "BUFSIZ CHAR_BIT EOF EXIT_FAILURE EXIT_SUCCESS FILENAME_MAX HUGE_VAL INFINITY M_E M_PI NAN NULL "
    "RAND_MAX ";

// Functions of C and POSIX, which a variable of the global namespace must not be called.
constexpr std::string_view global_functions =
    " abort abs accept access acos alarm asin atan atexit atof atoi bind bsearch calloc cbrt ceil "
    "chdir clock close connect cos cosh creat daemon div drem dup environ erf erfc exit exp exp2 expm1 "
    "fabs fclose fdim ffs finite floor fma fmax fmin fmod fopen fork free frexp gamma getc getenv getpid "
    "gets hypot ilogb index isalpha isdigit isfinite isinf isnan j0 j1 jn kill labs ldexp lgamma link "
    "listen log log10 log1p log2 logb lseek malloc memcmp memcpy memmove memset mktime modf nan nearbyint "
    "nice open optarg optind pause pipe pow printf putc puts qsort raise rand random read realloc recv "
    "remainder remove rename rindex rint round scalb scanf select send signal signgam significand sin "
    "sinh sleep socket sqrt srand stat strcat strcmp strcpy strlen sync system tan tanh tgamma time "
    "tolower toupper trunc truncate unlink usleep vfork wait write y0 y1 yn ";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool among(std::string_view names, const std::string& name) {
  return names.find(' ' + name + ' ') != std::string_view::npos;
}

void trim(std::string& name) {
  while (!name.empty() && name.front() == '_') name.erase(name.begin());
  while (!name.empty() && name.back() == '_') name.pop_back();
}

}  // namespace

std::string identifier(std::string_view text, std::size_t longest, std::string_view otherwise) {
  // More than twice the characters matters only where most of them are not letters.
  if (text.size() > 4 * longest) text.remove_prefix(text.size() - 4 * longest);
  std::string name;
  for (const char c : text) {
    const bool kept = is_letter(c) || is_digit(c);
    if (kept || (!name.empty() && name.back() != '_')) name += kept ? c : '_';
  }
  trim(name);
  if (name.size() > longest) name.erase(0, name.size() - longest);
  trim(name);
  if (name.empty()) name = otherwise;
  if (is_digit(name.front())) name = 'n' + name;
  if (among(reserved, name) || among(global_functions, name)) name += "_1";
  return name;
}

std::string local_names::next(std::string_view text, std::string_view otherwise) {
  std::string name = identifier(text, longest_, otherwise);
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  name = identifier(name, name.size(), otherwise);  // a keyword by its lower case
  std::string unique = name;
  for (int i = 2; !taken_.insert(unique).second; ++i) unique = name + '_' + std::to_string(i);
  return unique;
}

std::string comment(std::string_view text, std::size_t longest) {
  std::string line;
  if (text.size() > longest) {
    line = "...";
    text.remove_prefix(text.size() - longest + 3);
  }
  for (const char c : text) line += c >= ' ' && c <= '~' && c != '\\' && c != '?' ? c : '_';
  const std::size_t first = line.find_first_not_of(' '), last = line.find_last_not_of(' ');
  return first == std::string::npos ? "" : line.substr(first, last - first + 1);
}

}  // namespace edgenn::import
