using System.Globalization;
using Lab.Processes;

namespace Lab.Scenes;

/// <summary>Reads the scene language. A line it does not understand is a fault of the scene, with its number.</summary>
public static class SceneReader
{
    public static Scene Read(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        List<string> why = [];
        List<SceneActor> actors = [];
        List<SceneLine> lines = [];
        IReadOnlyList<string> profiles = [], allows = [], proves = [];
        var number = 0;
        foreach (var raw in File.ReadLines(file))
        {
            number++;
            var line = raw.TrimEnd();
            if (line.Length == 0) continue;
            if (line.StartsWith('#'))
            {
                if (lines.Count == 0) why.Add(line.TrimStart('#', ' '));
            }
            else if (line.StartsWith('[')) actors.Add(Actor(line, name, number));
            else if (line.StartsWith("profiles:", StringComparison.Ordinal)) profiles = Words(line["profiles:".Length..]);
            else if (line.StartsWith("allows:", StringComparison.Ordinal)) allows = Words(line["allows:".Length..]);
            else if (line.StartsWith("proves:", StringComparison.Ordinal)) proves = [.. proves, .. Words(line["proves:".Length..])];
            else lines.Add(Line(line, actors, name, number));
        }

        if (why.Count == 0) throw new LabFaultException($"{name}: a scene opens with the clause or the issue it exists for");
        return new Scene(name, string.Join(' ', why), actors, lines) { Profiles = profiles, Allows = allows, Proves = proves };
    }

    private static string[] Words(string text) => text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);

    private static SceneActor Actor(string line, string scene, int number)
    {
        var words = Words(line);
        if (words.Length < 2) throw Fault(scene, number, "an actor is '[lync] Name' or '[xmpp] Name'");
        var kind = words[0] switch
        {
            "[lync]" => SceneActorKind.Lync,
            "[xmpp]" => SceneActorKind.Xmpp,
            _ => throw Fault(scene, number, $"no such kind of actor: {words[0]}"),
        };
        return new SceneActor(words[1], kind) { IsAbsent = words.Contains("absent") };
    }

    private static SceneLine Line(string line, List<SceneActor> actors, string scene, int number)
    {
        var parts = line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var words = new Queue<string>(parts.TakeWhile(p => !p.Contains(": ", StringComparison.Ordinal) && !p.EndsWith(':')).SelectMany(p => p.Split(' ')));
        var fields = parts.SkipWhile(p => !p.Contains(": ", StringComparison.Ordinal) && !p.EndsWith(':')).Select(p => Field(p, scene, number)).ToList();
        if (words.Count < 2) throw Fault(scene, number, "a line is 'Actor verb …'");
        var actor = words.Dequeue();
        if (actor is not ("Gateway" or "Edge" or "Prosody" or "Kamailio") && actors.TrueForAll(a => a.Name != actor)) throw Fault(scene, number, $"nobody is called {actor}");
        var verb = words.Dequeue() switch
        {
            "does" => SceneVerb.Does,
            "receives" => SceneVerb.Receives,
            "had" => SceneVerb.Had,
            "restarts" => SceneVerb.Restarts,
            "is" when words.TryPeek(out var next) && next == "killed" => SceneVerb.IsKilled,
            "stops" => SceneVerb.Stops,
            "starts" => SceneVerb.Starts,
            "logs" => SceneVerb.Logs,
            var other => throw Fault(scene, number, $"no such verb: {other}"),
        };
        var count = 0;
        if (verb == SceneVerb.Had && !(words.TryDequeue(out var times) && int.TryParse(times, CultureInfo.InvariantCulture, out count)))
            throw Fault(scene, number, "'had' wants a number: Juliet had 1 presence  type: subscribe");
        TimeSpan? deadline = null;
        if (fields.Find(f => f.Name == "within") is { } within)
        {
            deadline = Stage.Soon + TimeSpan.FromSeconds(int.Parse(within.Value, CultureInfo.InvariantCulture));
            fields.Remove(within);
        }

        return new SceneLine(number, line, actor, verb, words.Count > 0 ? words.Dequeue() : "", fields) { Count = count, Deadline = deadline };
    }

    private static SceneField Field(string part, string scene, int number)
    {
        var colon = part.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0) throw Fault(scene, number, $"not a field (fields are 'name: value', two blanks apart): {part}");
        var value = part[(colon + 1)..].Trim();
        return new SceneField(part[..colon].Trim(), value.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\_", " ", StringComparison.Ordinal));
    }

    private static LabFaultException Fault(string scene, int number, string text) => new($"{scene}.scene line {number}: {text}");
}
