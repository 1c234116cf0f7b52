using System.Collections.Concurrent;
using Gateway.Sip.Protocol.Dialogs;

namespace Gateway.Sip.Presence;

/// <summary>
/// Route sets that dialogs share: those through one edge and pool are the same some hundred bytes in every dialog (design §6, memory). Bounded; when it is full it forgets, and dialogs
/// made later share anew.
/// </summary>
internal sealed class RoutePool
{
    private const int SetsMax = 4_096;

    private readonly ConcurrentDictionary<string, IReadOnlyList<string>> sets = new(StringComparer.Ordinal);

    public DialogState Share(DialogState dialog)
    {
        if (dialog.RouteSet.Count == 0) return dialog;
        var key = string.Join('\n', dialog.RouteSet);
        if (!sets.TryGetValue(key, out var shared))
        {
            if (sets.Count >= SetsMax) sets.Clear();
            shared = sets.GetOrAdd(key, dialog.RouteSet);
        }

        return ReferenceEquals(shared, dialog.RouteSet) ? dialog : dialog with { RouteSet = shared };
    }
}
