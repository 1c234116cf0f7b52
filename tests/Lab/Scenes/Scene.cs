namespace Lab.Scenes;

/// <summary>A play with actors, as text: what a multi-party behaviour looks like from outside. The language is explained in <c>interop-fixtures/scenes/README.md</c>.</summary>
public sealed record Scene(string Name, string Why, IReadOnlyList<SceneActor> Actors, IReadOnlyList<SceneLine> Lines)
{
    /// <summary>Profiles it is played in; empty means all.</summary>
    public IReadOnlyList<string> Profiles { get; init; } = [];

    /// <summary>Words of emulator findings that this scene provokes on purpose.</summary>
    public IReadOnlyList<string> Allows { get; init; } = [];

    /// <summary>Items of the catalogue that the scene proves; <c>docs/conformance.md</c> lists it beside them.</summary>
    public IReadOnlyList<string> Proves { get; init; } = [];
}

/// <summary>Somebody in a scene. Names are unique within it; the address is made anew for each playing.</summary>
public sealed record SceneActor(string Name, SceneActorKind Kind)
{
    /// <summary>XMPP: not logged in when the scene starts.</summary>
    public bool IsAbsent { get; init; }
}

/// <summary>Behind which system an actor lives.</summary>
public enum SceneActorKind
{
    Lync,
    Xmpp,
}
