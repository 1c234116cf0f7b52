using Presence.Core.Model;

namespace Presence.Core.Documents;

/// <summary>
/// An undone effect as stored: <c>[1, kind, watcher, …]</c>. <see cref="Show"/> is never stored: a new owner shows every living leg again.
/// Golden bytes: <c>interop-fixtures/store/</c>.
/// </summary>
public static class EffectDocument
{
    public const int Format = 1;

    /// <summary>Whether the effect must survive a crash by itself.</summary>
    public static bool IsStored(PresenceEffect effect) => effect is not Show;

    public static byte[] Write(DocumentWriter to, PresenceEffect effect)
    {
        to.BeginDocument(Format);
        switch (effect)
        {
            case End end:
                to.Write("end");
                to.Write(AddressKey.Write(end.Watcher));
                to.Write(end.Leg);
                to.WriteName(end.Reason);
                break;
            case Tell tell:
                to.Write("tell");
                to.Write(AddressKey.Write(tell.Watcher));
                to.Write(tell.IsGranted);
                to.WriteName(tell.Reason);
                break;
            case AskUpstream ask:
                to.Write("ask");
                to.Write(AddressKey.Write(ask.Watcher));
                to.WriteName(ask.Request);
                to.Write(ask.Leg);
                break;
            default:
                throw new ArgumentException($"{effect.GetType().Name} is not stored.", nameof(effect));
        }

        return to.EndDocument();
    }

    public static PresenceEffect Read(ReadOnlySpan<byte> utf8, Address presentity)
    {
        var from = new DocumentReader(utf8);
        from.BeginDocument(Format);
        var kind = from.ReadName();
        var watcher = AddressKey.Read(from.ReadName());
        PresenceEffect effect = kind switch
        {
            "end" => new End(presentity, watcher, from.ReadLeg() ?? throw new DocumentException("An end has no leg."), from.ReadName<PresenceReason>()),
            "tell" => new Tell(presentity, watcher, from.ReadBoolean(), from.ReadName<PresenceReason>()),
            "ask" => new AskUpstream(presentity, watcher, from.ReadName<UpstreamRequest>(), from.ReadLeg()),
            _ => throw new DocumentException($"Unknown effect '{kind}'."),
        };
        from.EndArray();
        return effect;
    }
}
