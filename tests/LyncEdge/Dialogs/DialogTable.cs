using LyncEdge.Wire;

namespace LyncEdge.Dialogs;

/// <summary>All dialogs by Call-ID and our tag.</summary>
public sealed class DialogTable
{
    private readonly Dictionary<string, Dialog> _dialogs = new(StringComparer.Ordinal);

    private int _numbers;

    public IEnumerable<Dialog> All => _dialogs.Values;

    public int Count => _dialogs.Count;

    public void Add(Dialog dialog)
    {
        dialog.Number = ++_numbers;
        _dialogs[dialog.Id] = dialog;
    }

    public void Remove(Dialog dialog) => _dialogs.Remove(dialog.Id);

    /// <summary>The dialog a request from the gateway belongs to. A NOTIFY may establish it before the 200 (RFC 6665 §4.4.1).</summary>
    public Dialog? Find(SipMessage request)
    {
        if (request.To.Tag is not { Length: > 0 } tag || !_dialogs.TryGetValue(request.CallId + ":" + tag, out var dialog)) return null;
        if (dialog.RemoteTag is null || dialog.RemoteTag == request.From.Tag) return dialog;
        return null;
    }

    public Dialog? Find(string id) => _dialogs.TryGetValue(id, out var dialog) ? dialog : _dialogs.Values.FirstOrDefault(d => d.CallId == id);
}
