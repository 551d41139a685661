package config

import (
	"errors"
	"path/filepath"
	"strings"
)

// Path is where the configuration is looked for: flag (--config), else
// $STSX_CONFIG, else $XDG_CONFIG_HOME/stsx/config.toml, else on Windows
// %AppData%\stsx\config.toml, else ~/.config/stsx/config.toml. A relative
// $XDG_CONFIG_HOME counts as none, as the XDG specification says. It looks at
// no file. goos is runtime.GOOS.
func Path(flag string, getenv func(string) string, home string, goos string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	if path := getenv("STSX_CONFIG"); path != "" {
		return path, nil
	}
	separator := "/"
	if goos == "windows" {
		separator = `\`
	}
	below := func(folder string) string {
		return strings.TrimRight(folder, separator) + separator + "stsx" + separator + "config.toml"
	}
	if folder := getenv("XDG_CONFIG_HOME"); folder != "" && (goos == "windows" || filepath.IsAbs(folder)) {
		return below(folder), nil
	}
	if goos == "windows" {
		if folder := getenv("AppData"); folder != "" {
			return below(folder), nil
		}
		return "", errors.New("looking for the configuration: %AppData% is not set; use --config or STSX_CONFIG")
	}
	if home == "" {
		return "", errors.New("looking for the configuration: there is no home directory; use --config or STSX_CONFIG")
	}
	return below(strings.TrimRight(home, "/") + "/.config"), nil
}
