function(edgenn_add_weights)
endfunction()
