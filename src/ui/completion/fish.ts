/** The fish script that completes command lines of ctdbts. */
export const FISH_COMPLETION = `# Completion of ctdbts for fish, made by \`ctdbts autocomplete fish\`.
function __ctdbts_autocomplete
    set -l program ctdbts
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    if string match -q '*/*' -- $typed[1]; and test -x $typed[1]
        set program $typed[1]
    end
    set -e typed[1]
    set -l lines ($program autocomplete-words -- $typed "$current" 2>/dev/null)
    if test "$lines" = '<files>'
        __fish_complete_path (string replace -r -- '^--[^=]*=' '' "$current")
    else if set -q lines[1]
        printf '%s\\n' $lines
    end
end
complete -c ctdbts -f -a '(__ctdbts_autocomplete)'
`
