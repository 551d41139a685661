# stsx for xonsh. What a hook promises stands in README.md beside this file; the
# options are assigned before it.


def __stsx_hook(self, command, side, watching, renewing, names):
    import json
    import os
    import re
    import subprocess
    import sys
    import time
    import unicodedata

    env = __xonsh__.env
    # A frame is what each variable was before a use (None: not there), and the
    # arguments of the use before that one.
    stack = []
    state = {'args': [], 'tried': '', 'warned': ''}

    def text(name):
        return str(env[name]) if name in env else ''

    def which():
        return text('STSX_EXPIRES') + ' ' + text('STSX_PROFILE')

    def say(line):
        print('stsx: ' + line, file=sys.stderr, flush=True)

    # The status of stsx env, and the values that it sets: None for what goes.
    def ask(*args, **more):
        done = subprocess.run([self, 'env', '--shell', 'nushell', *args], stdout=subprocess.PIPE, env=env.detype(), **more)
        return done.returncode, json.loads(done.stdout) if done.returncode == 0 else {}

    def quietly(*args):
        return ask(*args, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def apply(change):
        for name, value in change.items():
            if value is not None:
                env[name] = value
            elif name in env:
                del env[name]

    def use(args):
        status, change = ask(*args)
        if status != 0:
            return status
        was = text('STSX_PROFILE')
        before = {name: env[name] if name in env else None for name in names}
        apply(change)
        if not stack or was != text('STSX_PROFILE'):
            stack.append((before, state['args']))
        state['args'] = ['--relative-to=' + os.getcwd(), *args]
        return 0

    # Restores what was there before the last use, and further back past
    # sessions that have ended meanwhile.
    def back():
        while stack:
            before, state['args'] = stack.pop()
            apply(before)
            seconds = left()
            if seconds is None or seconds > 0:
                return

    def unuse():
        status = 0
        if stack:
            back()
        elif text('STSX_EXPIRES') or is_renewing():
            status, change = ask('--unset')
            apply(change)
        else:
            say('no profile is in use')
            status = 1
        return status

    # Seconds that are left, None without a session.
    def left():
        if not text('STSX_PROFILE') or not re.fullmatch('[0-9]{1,13}', text('STSX_EXPIRES')):
            return None
        return int(text('STSX_EXPIRES')) - int(time.time())

    # Whether there is a session of exec --refresh, whose end moves.
    def is_renewing():
        return bool(text('STSX_PROFILE') and not text('STSX_EXPIRES') and text('AWS_CONTAINER_CREDENTIALS_FULL_URI'))

    # A name as it may stand in any prompt.
    def plain(name):
        def fits(sign):
            if sign < '\x80':
                return sign.isalnum() or sign in ' -_.,:/@+=()'
            category = unicodedata.category(sign)
            hidden = '\ufffd\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0'
            if sign in hidden or '\u180b' <= sign <= '\u180f' or '\ufe00' <= sign <= '\ufe0f' or '\U000e0100' <= sign <= '\U000e01ef':
                return False
            return category[0] in 'LMNPS' or category == 'Zs'

        if len(name) > 64:
            name = name[:61] + '...'
        return ''.join(sign if fits(sign) else '?' for sign in name)

    def shown():
        only = text('STSX_ONLY')
        mark = 'ro' if only.startswith(('read-only', 'view-only')) else 'limited' if only else ''
        return ' '.join(part for part in (plain(text('STSX_PROFILE')), plain(text('STSX_ROLE')), mark) if part)

    # The segment in its colour and a blank, '' without a session.
    def segment():
        seconds = 900 if is_renewing() else left()
        if seconds is None:
            return ''
        rest = f'{seconds // 3600}h{seconds // 60 % 60:02d}m'
        if is_renewing():
            rest = 'renews'
        elif seconds <= 0:
            rest = 'expired'
        elif seconds < 60:
            rest = f'{seconds}s'
        elif seconds < 3600:
            rest = f'{seconds // 60}m'
        line = f'{shown()} {rest}'
        tone = 'red' if seconds < 300 else 'yellow' if seconds < 900 else ''
        if seconds > 0 and text('STSX_COLOR') in ('red', 'green', 'yellow', 'blue', 'magenta', 'cyan'):
            tone = text('STSX_COLOR')
        if not tone or text('NO_COLOR') or text('TERM') == 'dumb':
            return line + ' '
        return '{' + ('PURPLE' if tone == 'magenta' else tone.upper()) + '}' + line + '{RESET} '

    # Before each prompt: when the session has ended, renews it if that is
    # wanted, else restores what was there before and says so.
    def check(**_):
        seconds = left()
        if seconds is None or seconds > 0:
            return
        was = shown()
        if renewing and stack and state['tried'] != which():
            state['tried'] = which()
            if not any(arg.startswith(('--mfa-code', '--password-stdin')) for arg in state['args']):
                apply(quietly('--no-input', '--quiet', *state['args'])[1])
                seconds = left()
                if seconds is not None and seconds > 0:
                    return
        back()
        again = ''
        seconds = left()
        if is_renewing() or seconds is not None and seconds > 0:
            again = f', and {shown()} is in use again'
        elif seconds is not None:  # it came with the environment
            status, change = quietly('--unset')
            apply(change if status == 0 else dict.fromkeys(name for name in names if name in (
                'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_CREDENTIAL_EXPIRATION',
                'STSX_PROFILE', 'STSX_ACCOUNT', 'STSX_ROLE', 'STSX_ONLY', 'STSX_COLOR', 'STSX_EXPIRES')))
        say(f'the session of {was} has ended; its keys are unset{again}')

    # Before each command: a warning under five minutes, once for a session.
    def warn(**_):
        seconds = left()
        if seconds is None or seconds >= 300 or state['warned'] == which():
            return
        state['warned'] = which()
        if seconds > 0:
            say(f'less than 5 minutes are left of {shown()}')
        else:
            say(f'the session of {shown()} has ended')

    # Whether a line is this shell's to do, and not stsx's own: use and unuse,
    # but not their help and usage errors.
    def ours(args):
        if args[:1] == ['use']:
            return not any(arg == '-h' or arg.startswith(('--help', '--shell', '--unset', '--force')) for arg in args[1:])
        return args == ['unuse']

    # In the shell's own thread, so that a sign-in has the terminal.
    def run(args):
        return unuse() if args[0] == 'unuse' else use(args[1:])

    run.__xonsh_threadable__ = False
    run.__name__ = '__stsx_run'

    # What the name stands for: the program itself, with the terminal, pipes and
    # captures that xonsh gives a program, or for a line that is ours the
    # function. xonsh tells an alias nothing of the line, and a function's
    # output has no terminal or can't be piped: so the caller is looked at.
    class Words(list):
        def __iter__(self):
            frame = sys._getframe(1)
            while frame is not None:
                cmd = getattr(frame.f_locals.get('self'), 'cmd', None)
                if isinstance(cmd, list) and cmd and cmd[0] == command:
                    return iter(['__stsx_run'] if ours([str(arg) for arg in cmd[1:]]) else [path])
                frame = frame.f_back
            return iter([path])

    path = self
    aliases['__stsx_run'] = run
    aliases[command] = Words([path])

    if watching:
        events.on_pre_prompt(check)
        events.on_precommand(warn)
    if side:
        name = 'RIGHT_PROMPT' if side == 'right' else 'PROMPT'
        old = env.get(name)
        env['PROMPT_FIELDS']['__stsx'] = segment
        if callable(old):
            env[name] = lambda *args, **more: '{__stsx}' + old(*args, **more)
        else:
            env[name] = '{__stsx}' + (old or '')


if not hasattr(__xonsh__, 'stsx_hook'):
    __xonsh__.stsx_hook = True
    __stsx_hook(__stsx_self, __stsx_cmd, __stsx_prompt, __stsx_watch == '1', __stsx_renew == '1', __stsx_names.split())
