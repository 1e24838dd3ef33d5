/** The bash script that completes command lines of ctdbts. It calls `ctdbts` each time, which alone knows what is valid where. */
export const BASH_COMPLETION = `# Completion of ctdbts for bash, made by \`ctdbts autocomplete bash\`.
_ctdbts_autocomplete() {
  local program=ctdbts line=\${COMP_LINE:0:COMP_POINT} current stays= candidate meaning
  local -a typed
  COMPREPLY=()
  if [[ \${COMP_WORDS[0]} == */* && -x \${COMP_WORDS[0]} ]]; then program=\${COMP_WORDS[0]}; fi
  # Readline's own words end at a colon, of which IPv6 addresses have many.
  read -ra typed <<<"$line"
  if [[ $line == *[[:space:]] ]]; then typed+=(''); fi
  current=\${typed[\${#typed[@]}-1]}
  # It replaces only what stands behind the last of these.
  if [[ $COMP_WORDBREAKS == *[:=]* ]]; then stays=\${current%"\${current##*[:=]}"}; fi
  while IFS=$'\\t' read -r candidate meaning; do
    case $candidate in
      '<files>') compopt -o default 2>/dev/null; return ;;
      *[:=]) compopt -o nospace 2>/dev/null ;;
    esac
    COMPREPLY+=("\${candidate#"$stays"}")
  done < <("$program" autocomplete-words -- "\${typed[@]:1}" 2>/dev/null)
}
complete -F _ctdbts_autocomplete ctdbts
`
