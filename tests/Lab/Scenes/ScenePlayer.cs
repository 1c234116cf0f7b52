using System.Globalization;
using System.Text.Json.Nodes;
using Lab.Processes;

namespace Lab.Scenes;

/// <summary>Plays a scene on a stage. Each playing has users of its own, so that one stage serves many scenes; a stage plays one scene at a time.</summary>
public sealed class ScenePlayer(Stage stage)
{
    /// <summary>Plays it; after the line with index <paramref name="interruptAfter"/> the gateway is killed and started again.</summary>
    public async Task PlayAsync(Scene scene, int? interruptAfter = null)
    {
        // A scene that failed while the gateway was down must not fail those after it.
        if (!stage.Gateway.IsRunning) await stage.Gateway.StartAsync();
        var play = new Play(stage, scene);
        await play.OpenAsync();
        for (var i = 0; i < scene.Lines.Count; i++)
        {
            var line = scene.Lines[i];
            try
            {
                await play.PerformAsync(line);
                if (i == interruptAfter) await stage.Gateway.KillAndStartAsync();
            }
            catch (Exception e) when (e is LabTimeoutException or LabFaultException)
            {
                stage.Directory.IsKept = true;
                throw new LabTimeoutException($"{scene.Name}.scene line {line.Number}: {line.Text}\n{e.Message}\n\n{play.Story()}\nThe records are in {stage.Directory.Root}");
            }
        }

        play.CheckFindings(interruptAfter is not null);
    }

    private sealed class Play(Stage stage, Scene scene)
    {
        private readonly Dictionary<string, SceneActorKind> _kinds = [];
        private readonly Dictionary<string, string> _addresses = [];
        private readonly int _edgeStart = stage.Edge.Events.All().Count;
        private readonly int _clientStart = stage.Client.Events.All().Count;
        private SceneNames? _names;

        private SceneNames Names => _names ?? throw new InvalidOperationException("the play is not open");

        public async Task OpenAsync()
        {
            foreach (var actor in scene.Actors)
            {
                var name = stage.NewName(actor.Name);
                _kinds[actor.Name] = actor.Kind;
                _addresses[actor.Name] = actor.Kind == SceneActorKind.Lync ? $"{name}@{Stage.SipDomain}" : $"{name}@{Stage.XmppDomain}";
                _addresses[actor.Name + ".name"] = name;
                if (actor.Kind != SceneActorKind.Xmpp) continue;
                if (actor.IsAbsent) stage.Prosody.AddAccount(name);
                else await stage.Client.LogInAsync(stage.Prosody, name);
            }

            _names = new SceneNames(_addresses);
        }

        public Task PerformAsync(SceneLine line) => line.Verb switch
        {
            SceneVerb.Does => DoAsync(line),
            SceneVerb.Receives => ReceiveAsync(line),
            SceneVerb.Had => Count(line),
            SceneVerb.Restarts => line.Actor switch
            {
                "Prosody" => stage.Prosody.RestartAsync(),
                "Kamailio" => stage.Kamailio.RestartAsync(),
                _ => stage.Gateway.RestartAsync(),
            },
            SceneVerb.IsKilled => stage.Gateway.KillAndStartAsync(),
            SceneVerb.Stops => stage.Gateway.StopAsync(),
            SceneVerb.Starts => stage.Gateway.StartAsync(),
            SceneVerb.Logs => stage.Gateway.LineAsync(line.Text, l => line.Fields.All(f => Names.Matches("*" + f.Value + "*", l)), line.Deadline ?? Stage.Soon),
            _ => throw new InvalidOperationException(line.Text),
        };

        /// <summary>What the emulator found wrong in a dialog of this scene; findings about users of other scenes are theirs.</summary>
        public void CheckFindings(bool wasInterrupted)
        {
            // A gateway that was killed does not know what it told last and tells it once more; what it owes may be late by the time of its start.
            var allowed = wasInterrupted ? [.. scene.Allows, "notify-duplicate", "notify-missing"] : scene.Allows;
            var events = stage.Edge.Events.All().Skip(_edgeStart).ToList();
            var dialogs = events.Where(e => _addresses.Values.Any(a => IsOf(e, a))).Select(e => e.At("callId")).OfType<string>().ToHashSet(StringComparer.Ordinal);
            var found = events.Where(e => e.Is("fault") || (e.Is("violation") && !allowed.Contains(e.At("about") ?? "") && IsOurs(e.At("callId"), dialogs))).ToList();
            if (found.Count == 0) return;
            stage.Directory.IsKept = true;
            throw new LabTimeoutException($"{scene.Name}.scene: the edge found fault with the gateway:\n{string.Join('\n', found.Select(JsonProcess.Print))}\n{Story()}");
        }

        private static bool IsOurs(string? callId, HashSet<string> dialogs) => string.IsNullOrEmpty(callId) || dialogs.Contains(callId);

        /// <summary>What happened in this scene, for the reader of a failure.</summary>
        public string Story()
        {
            var edge = stage.Edge.Events.All().Skip(_edgeStart).Where(e => IsTelling(e) && _addresses.Values.Any(a => IsOf(e, a))).TakeLast(25).Select(e => "edge    " + JsonProcess.Print(e));
            var client = stage.Client.Events.All().Skip(_clientStart).Where(e => IsTelling(e) && !e.Is("sent") && _addresses.ContainsValue(e.At("user") ?? "")).TakeLast(20).Select(e => "client  " + JsonProcess.Print(e));
            return $"{string.Join('\n', edge)}\n{string.Join('\n', client)}\ngateway's last lines:\n{stage.Gateway.Process.Lines.Tail(20)}";
        }

        private static bool IsTelling(JsonObject item) => !item.Is("internal-hop") && !item.Is("iq") && !item.Is("received");

        private async Task DoAsync(SceneLine line)
        {
            var command = new JsonObject { ["do"] = line.Word };
            foreach (var field in line.Fields) command[field.Name] = Value(Names.Fill(field.Value));
            if (line.Actor == "Edge" || _kinds[line.Actor] == SceneActorKind.Lync)
            {
                if (line.Actor != "Edge") command[IsAboutUser(line.Word) ? "user" : "from"] = _addresses[line.Actor];
                await (line.Word is "drop" or "restart" ? DropAsync(command) : stage.Edge.Json.DoAsync(command));
                return;
            }

            command["user"] ??= _addresses[line.Actor];
            if (line.Word == "login") await stage.Client.LogInAsync(stage.Prosody, _addresses[line.Actor + ".name"]);
            else await stage.Client.DoAsync(command);
        }

        /// <summary>
        /// The edge's connections end, and the gateway has seen it: what is written in between is lost with them, as on any network, and what a scene tells of comes after.
        /// </summary>
        private async Task DropAsync(JsonObject command)
        {
            const string Ends = "gateway_transport_connections_closed_total";
            var isOurs = stage.Gateway.IsRunning && stage.Parts.Kamailio is null;
            var ended = isOurs ? await stage.Gateway.MetricAsync(Ends) : 0;
            var answer = await stage.Edge.Json.DoAsync(command);
            if (isOurs) await stage.Gateway.MetricPassesAsync(ended + answer["dropped"]!.GetValue<int>(), Ends);
        }

        /// <summary>Verbs of the edge that set what a user is like take <c>user</c>; those by which a user acts take <c>from</c>.</summary>
        private static bool IsAboutUser(string verb) => verb is "set-presence" or "announce" or "user" or "block" or "unblock" or "deny" or "unknown" or "pending" or "allow" or "approve"
            or "terminate" or "forget" or "notify" or "callee" or "on-message" or "release";

        private async Task ReceiveAsync(SceneLine line)
        {
            var (events, skip) = Source(line);
            var found = await events.TakeAsync(line.Text, e => IsIt(line, e), line.Deadline ?? Stage.Soon);
            foreach (var field in line.Fields) Names.Bind(field.Value, found.At(field.Name));
        }

        private Task Count(SceneLine line)
        {
            var (events, skip) = Source(line);
            var found = events.All().Skip(skip).Where(e => IsIt(line, e)).ToList();
            return found.Count == line.Count
                ? Task.CompletedTask
                : throw new LabTimeoutException($"expected {line.Count}, found {found.Count}:\n{string.Join('\n', found.Select(JsonProcess.Print))}");
        }

        private (Journal<JsonObject> Events, int Skip) Source(SceneLine line) => line.Actor == "Edge" || _kinds[line.Actor] == SceneActorKind.Lync
            ? (stage.Edge.Events, _edgeStart)
            : (stage.Client.Events, _clientStart);

        private bool IsIt(SceneLine line, JsonObject item)
        {
            if (!item.Is(line.Word)) return false;
            if (line.Actor != "Edge")
            {
                var me = _addresses[line.Actor];
                if (_kinds[line.Actor] == SceneActorKind.Xmpp ? item.At("user") != me : !IsOf(item, me)) return false;
            }

            return line.Fields.All(f => Names.Matches(f.Value, item.At(f.Name)));
        }

        private static bool IsOf(JsonObject item, string me) => item.At("to") == me || item.At("from") == me || item.At("user") == me;

        private static JsonNode? Value(string text)
        {
            if (text.Length > 1 && text[0] == '"' && text[^1] == '"') return text[1..^1];
            if (text is "true" or "false") return text == "true";
            if (text.Length < 10 && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return number;
            return text.Length > 0 && text[0] is '[' or '{' ? JsonNode.Parse(text) : text;
        }
    }
}
