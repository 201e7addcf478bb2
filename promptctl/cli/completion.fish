# Completion of promptctl for fish: promptctl completion fish > ~/.config/fish/completions/promptctl.fish
complete -c promptctl -f -a '(promptctl --complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
complete -c promptctl -s C -r -f -a '(__fish_complete_directories)'
