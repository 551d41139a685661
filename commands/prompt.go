package commands

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/urfave/cli/v2"

	"stsx/session"
)

// segmentFormat is what the hooks of stsx init draw.
const segmentFormat = "{profile} {role} {only} {left}"

func (r *commandRun) promptCommand() *cli.Command {
	return &cli.Command{
		Name:      "prompt",
		Usage:     "print the segment for a prompt",
		UsageText: "stsx prompt [--format TEXT] [--color KIND]",
		Description: `   For starship, powerlevel10k, oh-my-posh, tide, tmux and the like: prints the
   session in STSX_PROFILE, STSX_ROLE and so on, as in "prod Admin 42m", in the
   profile's colour, else yellow under 15 minutes, red under 5. Under exec
   --refresh it says renews in place of the time. It reads no file and no keyring.
   Without a session it prints nothing. In TEXT these stand for parts of it:

      {profile} {account} {role} {only} {region} {left} {expires}

   {only} is ro for a read-only session, limited for one with another policy, and
   nothing for any other; {expires} is the local time of day, and nothing where the
   session renews; {{ and }} are braces.`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Usage: "print `TEXT` with its fields filled in", Value: segmentFormat},
			&cli.StringFlag{
				Name:  "color",
				Usage: "write the colour for this `KIND` of prompt: ansi, bash, tmux, zsh or none",
				Value: "ansi",
			},
			&cli.BoolFlag{Name: "no-color", Usage: "without colour, as with NO_COLOR or --color none", DisableDefaultText: true},
			helpFlag(),
		},
		Action: func(c *cli.Context) error {
			if err := r.noOperands(); err != nil {
				return err
			}
			paint, err := colourPainter(c.String("color"))
			if err != nil {
				return &usageError{err.Error(), r.verb}
			}
			text, tone, err := promptSegment(r.Getenv, r.Now(), c.String("format"))
			if err != nil {
				return &usageError{"--format: " + err.Error(), r.verb}
			}
			if text == "" {
				return nil
			}
			if !c.Bool("no-color") && r.Getenv("NO_COLOR") == "" && r.Getenv("TERM") != "dumb" {
				text = paint(tone, text)
			}
			return r.printText(text + "\n")
		},
	}
}

// promptSegment is what the prompt shows of the session in the environment, "" when
// there is none, and its colour, of session.ColorNames or "". Errors: a field of
// format that there is not.
func promptSegment(getenv func(string) string, now time.Time, format string) (text, tone string, err error) {
	fields := map[string]string{}
	for field, name := range map[string]string{"profile": "STSX_PROFILE", "account": "STSX_ACCOUNT", "role": "STSX_ROLE",
		"region": "AWS_REGION"} {
		fields[field] = promptName(getenv(name))
	}
	fields["only"] = session.OnlyMark(getenv(onlyVariable))
	expires, ok := parseDigits(getenv("STSX_EXPIRES"))
	remains := expires - now.Unix()
	fields["expires"] = time.Unix(expires, 0).In(now.Location()).Format("15:04")
	fields["left"] = "expired"
	switch {
	case getenv("STSX_EXPIRES") == "" && getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI") != "": // exec --refresh
		fields["expires"], fields["left"] = "", "renews"
		remains, ok = 60*60, true
	case remains > 0:
		fields["left"] = timeLeft(time.Duration(min(remains, int64(1<<62/time.Second))) * time.Second)
	}
	if text, err = fillFormat(format, fields); err != nil || !ok || getenv("STSX_PROFILE") == "" {
		return "", "", err
	}
	return text, promptColor(remains, getenv(colorVariable)), nil
}

// promptColor is the colour of a session that has so many seconds left, whose profile's
// colour is given: that one shows whose it is until the end.
func promptColor(remains int64, given string) string {
	switch {
	case remains <= 0:
		return "red"
	case session.ColorCode(given) != 0:
		return given
	case remains < 5*60:
		return "red"
	case remains < 15*60:
		return "yellow"
	}
	return ""
}

// parseDigits reads a number as the hooks do: 1 to 13 digits and nothing else.
func parseDigits(text string) (int64, bool) {
	if len(text) > 13 || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// fillFormat puts fields where format names them. A field that is empty takes the
// blank before it along.
func fillFormat(format string, fields map[string]string) (string, error) {
	var out strings.Builder
	for format != "" {
		switch {
		case strings.HasPrefix(format, "{{"), strings.HasPrefix(format, "}}"):
			out.WriteByte(format[0])
			format = format[2:]
		case format[0] == '{':
			name, rest, ok := strings.Cut(format[1:], "}")
			value, known := fields[name]
			if !ok || !known {
				text := "there is no field " + quotedName("{"+name+"}")
				all := []string{"profile", "account", "role", "only", "region", "left", "expires"}
				if near := session.NearestNames(name, all); len(near) > 0 {
					text += "; did you mean {" + strings.Join(near, "} or {") + "}?"
				}
				return "", errors.New(text)
			}
			if value == "" {
				before := strings.TrimSuffix(out.String(), " ")
				out.Reset()
				out.WriteString(before)
			}
			out.WriteString(value)
			format = rest
		default:
			out.WriteByte(format[0])
			format = format[1:]
		}
	}
	return out.String(), nil
}

// promptName is a name as it may stand in any prompt, by the rules that
// shellinit/scripts/README.md has for all hooks: signs that a prompt, a
// terminal or a status bar takes for its own and what can't be seen are ?.
func promptName(name string) string {
	signs := []rune(name)
	if len(signs) > 64 {
		signs = append(signs[:61], '.', '.', '.')
	}
	for i, c := range signs {
		if c < unicode.MaxASCII+1 && !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 "+
			"-_.,:/@+=()", c) ||
			session.IsHidden(c) ||
			c == session.HiddenMark {
			signs[i] = '?'
		}
	}
	return string(signs)
}

// colourPainter gives text a colour in the language of what draws it.
func colourPainter(kind string) (func(tone, text string) string, error) {
	form, ok := map[string]string{ // NAME and CODE are the colour's
		"ansi": "\x1b[CODEmTEXT\x1b[0m",
		"tmux": "#[fg=NAME]TEXT#[fg=default]",
		"zsh":  "%F{NAME}TEXT%f",
		"bash": "\x01\x1b[CODEm\x02TEXT\x01\x1b[0m\x02",
		"none": "TEXT",
	}[kind]
	if !ok {
		return nil, errors.New("--color is ansi, bash, tmux, zsh or none, not " + quotedName(kind))
	}
	return func(tone, text string) string {
		if tone == "" {
			return text
		}
		return strings.NewReplacer("NAME", tone, "CODE", strconv.Itoa(session.ColorCode(tone)), "TEXT", text).Replace(form)
	}, nil
}
