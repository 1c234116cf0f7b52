using Presence.Core.Model;

namespace Gateway.Sip.Presence;

/// <summary>Which users of a peer are watched, each counted once however many watch it.</summary>
internal sealed class ContactCounts
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Dictionary<Address, int>> peers = new(StringComparer.Ordinal);

    public bool HasRoom(string peer, Address contact, int limit)
    {
        lock (gate) return !peers.TryGetValue(peer, out var contacts) || contacts.Count < limit || contacts.ContainsKey(contact);
    }

    public void Add(string peer, Address contact)
    {
        lock (gate)
        {
            if (!peers.TryGetValue(peer, out var contacts)) peers[peer] = contacts = [];
            contacts[contact] = contacts.GetValueOrDefault(contact) + 1;
        }
    }

    public void Remove(string peer, Address contact)
    {
        lock (gate)
        {
            if (!peers.TryGetValue(peer, out var contacts) || !contacts.TryGetValue(contact, out var count)) return;
            if (count > 1) contacts[contact] = count - 1;
            else if (contacts.Remove(contact) && contacts.Count == 0) peers.Remove(peer);
        }
    }
}
