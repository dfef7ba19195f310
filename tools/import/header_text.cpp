#include "header_text.hpp"

#include <algorithm>
#include <set>

#include "layers/kind.hpp"
#include "names.hpp"
#include "preprocessing_text.hpp"
#include "source_lines.hpp"

namespace edgenn::import {

namespace {

/// What all names of the source's values begin with, up to a slash.
std::size_t common_prefix(const target& t) {
  std::string prefix;
  for (int i = t.input_count(); i < t.count(); ++i) {
    const std::string& name = t.name_of(i);
    if (i == t.input_count())
      prefix = name;
    else
      prefix.erase(std::mismatch(prefix.begin(), prefix.end(), name.begin(), name.end()).first, prefix.end());
  }
  const std::size_t slash = prefix.rfind('/');
  return slash == std::string::npos ? 0 : slash + 1;
}

/// Nodes that read a value, in order; one that reads it twice is there twice.
std::vector<std::vector<int>> readers_of(const target& t) {
  std::vector<std::vector<int>> readers(static_cast<std::size_t>(t.count()));
  for (int i = 0; i < t.count(); ++i)
    for (int k = 0; k < t[i].input_count; ++k) readers[static_cast<std::size_t>(t[i].input(k))].push_back(i);
  return readers;
}

bool is_output(const target& t, int node) {
  return std::any_of(t.outputs().begin(), t.outputs().end(),
                     [&](const target::result& o) { return o.node == node; });
}

/// Writes the function that defines the network. Values that only the next nodes read are called x, others
/// have names of up to `longest` characters made of the source's.
class definition {
 public:
  definition(const target& t, std::size_t indent, const std::set<int>& brief)
      : t_{t}, indent_(indent, ' '), brief_{brief}, prefix_{common_prefix(t)}, readers_{readers_of(t)} {}

  std::vector<std::string> parameters() {
    for (int i = 0; i < t_.input_count(); ++i) {
      variables_.push_back(input_is_x() ? "x" : next_name(t_.name_of(i), i));
    }
    std::vector<std::string> list;
    for (int i = 0; i < t_.input_count(); ++i) {
      const bool read = !readers_[static_cast<std::size_t>(i)].empty();
      list.push_back(read ? "edgenn::value " + variables_[static_cast<std::size_t>(i)] : "edgenn::value");
    }
    return list;
  }

  source_lines body() {
    lines_.add(indent_ + "using namespace edgenn;");
    bool declared = input_is_x();  // whether there is a variable x
    for (int i = t_.input_count(); i < t_.count(); ++i) {
      const bool last = i + 1 == t_.count() && t_.outputs().size() == 1 && t_.outputs()[0].node == i;
      const bool chained = !last && goes_to_x(i);
      variables_.push_back(chained || last ? "x" : next_name(source_name(i), i));
      const std::string& variable = variables_.back();
      const std::string target_of = last      ? "return "
                                    : chained ? (declared ? "x = " : "value x = ")
                                              : "const value " + variable + " = ";
      declared = declared || chained;
      statement(i, target_of, chained, last);
    }
    const bool returned =
        !t_.outputs().empty() && t_.outputs().size() == 1 && t_.outputs()[0].node == t_.count() - 1;
    if (!returned) return_outputs();
    return std::move(lines_);
  }

  /// Values that stand in lines too long for the columns.
  const std::set<int>& in_long_lines() const { return in_long_lines_; }

 private:
  std::string next_name(const std::string& name, int i) {
    const std::string number = 'v' + std::to_string(i);
    return names_.next(brief_.count(i) > 0 ? number : name, number);
  }
  std::string source_name(int i) const {
    const std::string& name = t_.name_of(i);
    return name.size() > prefix_ ? name.substr(prefix_) : name;
  }

  /// Whether the value is read by the nodes right after it and by none else, as the first operand.
  bool goes_to_x(int i) const {
    const std::vector<int>& readers = readers_[static_cast<std::size_t>(i)];
    if (readers.empty() || is_output(t_, i)) return false;
    for (std::size_t r = 0; r < readers.size(); ++r)
      if (readers[r] != i + 1 + static_cast<int>(r) || t_[readers[r]].input(0) != i) return false;
    return true;
  }

  /// Whether the network's only input can be overwritten.
  bool input_is_x() const { return t_.input_count() == 1 && goes_to_x(0); }

  void statement(int i, const std::string& target_of, bool chained, bool last) {
    std::vector<std::string> operands;
    for (int k = 0; k < t_[i].input_count; ++k)
      operands.push_back(variables_[static_cast<std::size_t>(t_[i].input(k))]);
    std::string code = indent_ + target_of + kind_of(t_[i].layer).expression(t_[i].layer, operands);
    if (code.size() + 1 > columns) code = with_named_layer(i, target_of, operands, code);
    if (code.size() + 1 > columns) {
      in_long_lines_.insert(i);
      for (int k = 0; k < t_[i].input_count; ++k) in_long_lines_.insert(t_[i].input(k));
    }
    const std::string expected = expects(i) ? " | expect" + edgenn::import::code(t_.shape_of(i)) : "";
    const std::string note = comment(source_name(i), columns - 3 - indent_.size());
    if (code.size() + expected.size() + 1 <= columns || (!chained && !last)) {
      const bool fits = code.size() + expected.size() + 1 <= columns;
      lines_.add(code + (fits ? expected : "") + ';', note);
    } else if (last) {
      lines_.add(code + ';', note);
    } else {
      lines_.add(code + ';', note);
      lines_.add(indent_ + "x = x" + expected + ';');
    }
  }

  /// A layer too long for one line, as a constant of its own: all parameters on a second line or a parameter
  /// a line.
  std::string with_named_layer(int i, const std::string& target_of, const std::vector<std::string>& operands,
                               const std::string& code) {
    // Either "x | layer{parameters}" or "function(x, y, {parameters})".
    const std::size_t brace = code.find('{'), pipe = code.find(" | "), call = code.find('(');
    if (brace == std::string::npos) return code;
    const bool piped = pipe < brace;
    if (!piped && (call > brace || code[brace - 1] != ' ')) return code;
    const std::size_t start = piped ? pipe + 3 : indent_.size() + target_of.size();
    const std::size_t end = piped ? code.size() : code.size() - 1;
    const std::string type = code.substr(start, (piped ? brace : call) - start) + (piped ? "" : "_layer");
    const std::string parameters = code.substr(brace + 1, end - brace - 1) + ';';
    const std::string name = names_.next(type + "_of_" + std::to_string(i), "layer");
    std::string line = indent_ + "constexpr " + type + ' ' + name + '{';
    if (indent_.size() + 4 + parameters.size() <= columns) {
      lines_.add(line);
      lines_.add(indent_ + "    " + parameters);
    } else {
      lines_.add_list(std::move(line), parameters);
    }
    if (piped) return indent_ + target_of + operands[0] + " | " + name;
    return code.substr(0, brace) + name + ')';
  }

  /// Shapes are worth a line's end where rows or columns change and where values are joined or returned.
  bool expects(int i) const {
    const shape from = t_.shape_of(t_[i].input(0)), to = t_.shape_of(i);
    return from.h != to.h || from.w != to.w || t_[i].layer.is<concat_layer>() || is_output(t_, i);
  }

  void return_outputs() {
    const std::vector<target::result>& outputs = t_.outputs();
    const auto variable = [&](const target::result& o) {
      return variables_[static_cast<std::size_t>(o.node)];
    };
    if (outputs.size() == 1) return lines_.add(indent_ + "return " + variable(outputs[0]) + ';');
    std::string all;
    for (const target::result& o : outputs) all += (all.empty() ? "" : ", ") + variable(o);
    const std::string line = indent_ + "return outputs{" + all + "};";
    if (line.size() <= columns) return lines_.add(line);
    lines_.add(indent_ + "return outputs{");
    for (const target::result& o : outputs)
      lines_.add(indent_ + "    " + variable(o) + ',', comment(o.name, 40));
    lines_.add(indent_ + "};");
  }

  const target& t_;
  std::string indent_;
  const std::set<int>& brief_;
  std::set<int> in_long_lines_;
  local_names names_{32};
  std::size_t prefix_;
  std::vector<std::vector<int>> readers_;
  std::vector<std::string> variables_;  // by node
  source_lines lines_;
};

/// `items` after `start`, as many on a line as fit, the lines below the first indented to where the items
/// begin.
std::string filled(std::string start, const std::vector<std::string>& items, const std::string& end) {
  const std::size_t indent = start.size();
  std::string text, line = std::move(start);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool last = i + 1 == items.size();
    const std::string item = items[i] + (last ? end : ",");
    const bool first = line.size() == indent;
    if (!first && line.size() + 1 + item.size() > columns) {
      text += line + '\n';
      line.assign(indent, ' ');
      line += item;
    } else {
      line += (first ? "" : " ") + item;
    }
  }
  return text + line + '\n';
}

std::string joined(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& i : items) text += (text.empty() ? "" : ", ") + i;
  return text;
}

/// The definition, with short names where lines would be too long otherwise.
std::string body_text(const target& t, std::size_t indent, std::vector<std::string>& parameters) {
  std::set<int> brief;
  while (true) {
    definition d{t, indent, brief};
    parameters = d.parameters();
    const source_lines lines = d.body();
    const std::size_t before = brief.size();
    brief.insert(d.in_long_lines().begin(), d.in_long_lines().end());
    if (brief.size() == before) return lines.text();
  }
}

/// In which order the elements of inputs lie that are no images.
std::string orders_of_inputs(const target& t, const emit_options& options) {
  std::string text;
  for (int i = 0; i < t.input_count() && i < static_cast<int>(options.input_axes.size()); ++i) {
    const std::vector<std::int64_t>& axes = options.input_axes[static_cast<std::size_t>(i)];
    if (axes.size() == 4) continue;
    std::vector<std::string> extents;
    for (const std::int64_t extent : axes) extents.push_back(std::to_string(extent));
    text += "// Input " + comment(t.name_of(i), 30)
            + (axes.empty() ? ": one number.\n"
                            : ": [" + comment(joined(extents), 30)
                                  + "] as in the model, the last axis innermost in memory.\n");
  }
  return text;
}

}  // namespace

std::string header_text(const target& t, const emit_options& options) {
  std::vector<std::string> parameters, shapes;
  std::string body = body_text(t, 2, parameters);
  for (int i = 0; i < t.input_count(); ++i) shapes.push_back("edgenn::shape" + code(t.shape_of(i)));
  const std::string in =
      t.input_count() == 1 ? code(t.shape_of(0)) : "edgenn::inputs{" + joined(shapes) + '}';
  const std::string capacity =
      t.count() > default_capacity ? '<' + std::to_string((t.count() + 255) / 256 * 256) + '>' : "";
  const std::string variable = "inline constexpr auto " + options.name + " =",
                    call = "edgenn::network" + capacity + '(', function = "[](" + joined(parameters) + ") {";

  std::string text = "#pragma once\n// Made from " + comment(options.source, 70) + " by edgenn-import.\n";
  text += "#include <edgenn.hpp>\n";
  if (options.preprocess) text += "#include <edgenn/vision/preprocessing.hpp>\n";
  if (body.find("std::numeric_limits") != std::string::npos) text += "#include <limits>\n";
  text += '\n';
  if (options.preprocess) text += preprocessing_text(t, options) + '\n';
  text += orders_of_inputs(t, options);

  const std::string one_line = variable + ' ' + call + in + ", " + function;
  const std::string second_line = "    " + call + in + ", " + function;
  if (one_line.size() <= columns) return text + one_line + '\n' + body + "});\n";
  if (second_line.size() <= columns)
    return text + variable + '\n' + second_line + '\n' + body_text(t, 6, parameters) + "    });\n";
  const std::size_t indent = 4 + call.size();
  text += variable + '\n';
  text += t.input_count() == 1 ? "    " + call + in + ",\n"
                               : filled("    " + call + "edgenn::inputs{", shapes, "},");
  body = body_text(t, indent + 2, parameters);
  text += filled(std::string(indent, ' ') + "[](", parameters, ") {");
  return text + body + std::string(indent, ' ') + "});\n";
}

}  // namespace edgenn::import
