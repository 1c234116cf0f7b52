using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lab.Processes;

/// <summary>
/// A process that takes commands <c>{"id":1,"do":"…"}</c> on standard input, answers <c>{"id":1,"ok":true}</c> and tells events <c>{"event":"…"}</c> on standard output, one JSON object a line.
/// </summary>
public sealed class JsonProcess : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly TimeSpan AnswerDeadline = Stage.Soon;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonObject>> _open = [];
    private readonly SemaphoreSlim _writing = new(1, 1);
    private long _ids;

    public JsonProcess(string name, string file, IEnumerable<string> arguments, string? recordFile = null)
    {
        Events = new Journal<JsonObject>(name, Print, e => !e.Is("sent") && !e.Is("received") && !e.Is("iq") && !e.Is("internal-hop"));
        Process = LabProcess.Start(name, file, arguments, recordFile: recordFile, onLine: OnLine);
    }

    public LabProcess Process { get; }

    public Journal<JsonObject> Events { get; }

    /// <summary>Is given each event as well, for whoever prints them.</summary>
    public Action<JsonObject>? Listener { get; set; }

    /// <summary>Sends a command and gives its answer; a refusal is a fault of the lab.</summary>
    public async Task<JsonObject> DoAsync(JsonObject command)
    {
        var answer = await TryAsync(command);
        return answer["ok"]?.GetValue<bool>() == true
            ? answer
            : throw new LabFaultException($"{Process.Name} refused {command.ToJsonString(Plain)}: {answer.ToJsonString(Plain)}");
    }

    public async Task<JsonObject> TryAsync(JsonObject command)
    {
        var id = Interlocked.Increment(ref _ids).ToString(CultureInfo.InvariantCulture);
        var answered = _open.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        command["id"] = id;
        await _writing.WaitAsync();
        try
        {
            await Process.WriteLineAsync(command.ToJsonString(Plain));
        }
        finally
        {
            _writing.Release();
        }

        try
        {
            return await answered.Task.WaitAsync(AnswerDeadline);
        }
        catch (TimeoutException)
        {
            throw new LabTimeoutException($"{Process.Name} did not answer {command.ToJsonString(Plain)}\n{Process.Lines.Tail(20)}");
        }
        finally
        {
            _open.TryRemove(id, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Process.IsRunning) Process.CloseInput();
        await Process.DisposeAsync();
        _writing.Dispose();
    }

    private void OnLine(string line)
    {
        if (!line.StartsWith('{')) return;
        JsonObject? parsed;
        try
        {
            parsed = JsonNode.Parse(line) as JsonObject;
        }
        catch (JsonException)
        {
            return; // a stray line of the runtime; it stays in the lines of the process
        }

        if (parsed is null) return;
        if (parsed["id"] is { } id && parsed["ok"] is not null)
        {
            if (_open.TryGetValue(id.ToString(), out var answered)) answered.TrySetResult(parsed);
            return;
        }

        Listener?.Invoke(parsed);
        Events.Add(parsed);
    }

    /// <summary>An event on one line; whole stanzas and messages are in the record file.</summary>
    public static string Print(JsonObject item)
    {
        var copy = (JsonObject)item.DeepClone();
        foreach (var longOne in (string[])["xml", "text", "line"])
            if (copy[longOne]?.ToString() is { Length: > 160 } text) copy[longOne] = text[..160] + "…";
        return copy.ToJsonString(Plain);
    }
}
