using LyncEdge.Dialogs;

namespace LyncEdge.Control;

/// <summary>Finds the verb of a command and answers it: <c>{"id":1,"ok":true}</c>, or with the fault. What follows comes as events.</summary>
public sealed class CommandDesk
{
    private readonly AccessEdge _edge;
    private readonly Dictionary<string, Action<Command>> _verbs = new(StringComparer.Ordinal);

    public CommandDesk(AccessEdge edge)
    {
        _edge = edge;
        new PresenceVerbs(edge).AddTo(_verbs);
        new TalkVerbs(edge).AddTo(_verbs);
        new LinkVerbs(edge).AddTo(_verbs);
        new RequestVerbs(edge).AddTo(_verbs);
        _verbs["help"] = c => Ok(c, ("verbs", _verbs.Keys.Order(StringComparer.Ordinal)));
    }

    public void Run(string line)
    {
        if (Command.Read(line, out var fault) is not { } command)
        {
            _edge.Events.Answer(null, ok: false, ("fault", fault));
            return;
        }

        if (!_verbs.TryGetValue(command.Verb, out var verb))
        {
            _edge.Events.Answer(command.Id, ok: false, ("fault", "no such verb: " + command.Verb));
            return;
        }

        try
        {
            verb(command);
        }
        catch (Exception e) when (e is CommandFault or FormatException or IOException or InvalidOperationException or System.Security.Cryptography.CryptographicException)
        {
            _edge.Events.Answer(command.Id, ok: false, ("fault", e.Message));
        }
    }

    private void Ok(Command command, params ReadOnlySpan<(string Key, object? Value)> fields) => _edge.Events.Answer(command.Id, ok: true, fields);
}
