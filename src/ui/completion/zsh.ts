/** The zsh script that completes command lines of ctdbts. A profile can source it, or it can be in a folder of `fpath` as `_ctdbts`. */
export const ZSH_COMPLETION = `#compdef ctdbts
# Completion of ctdbts for zsh, made by \`ctdbts autocomplete zsh\`.
_ctdbts() {
  local program=ctdbts line value meaning
  local -a lines described open
  if [[ $words[1] == */* && -x \${~words[1]} ]]; then program=\${~words[1]}; fi
  lines=("\${(@f)$("$program" autocomplete-words -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  if [[ $lines[1] == '<files>' ]]; then
    compset -P '--*='
    _files
    return
  fi
  for line in $lines; do
    value=\${line%%$'\\t'*} meaning=\${line#*$'\\t'}
    case $value in
      *[:=]) open+=($value) ;;
      *) described+=("\${value//:/\\\\:}\${meaning:+:$meaning}") ;;
    esac
  done
  if (( $#open )); then compadd -S '' -- $open; fi
  if (( $#described )); then _describe ctdbts described; fi
}
if [[ $funcstack[1] == _ctdbts ]]; then
  _ctdbts "$@"
else
  if (( ! $+functions[compdef] )); then autoload -Uz compinit && compinit; fi
  compdef _ctdbts ctdbts
fi
`
