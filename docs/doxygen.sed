# Filter of the headers for Doxygen: what every layer, array or value type has is described once, here.
s|^  static constexpr const char\* name = |  /** The layer's name in the graph. */ &|
s|^  constexpr shape output(|  /** Shape of the output for inputs of these shapes; names in edgenn::error what is wrong. */ &|
s|^  constexpr weight_tensors weights(|  /** The layer's weights, in the order in which files store them. */ &|
s|^  constexpr long long macs(|  /** Multiply-accumulate operations. */ &|
s|^  constexpr window[23]d [a-z]*(shape in) const {$|  /** How the window slides over an input of this shape. */ &|
s|^  friend constexpr bool operator==|  /** Whether all members are equal. */ &|
s|^  constexpr \(const \)\?[A-Za-z_]*& operator\[\](int|  /** The element with this number. */ &|
s|^  constexpr const placement& operator\[\](int|  /** Where the value of this node lies. */ &|
# A kernel inherits what its backend lacks from the fallback's kernel; Doxygen takes that for an endless chain.
s|^struct kernel : kernel<typename Backend::fallback, Op> {};|struct kernel {};|
