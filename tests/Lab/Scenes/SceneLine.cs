namespace Lab.Scenes;

/// <summary>One line of a scene: who, what kind of line, the word after it, and its fields.</summary>
public sealed record SceneLine(int Number, string Text, string Actor, SceneVerb Verb, string Word, IReadOnlyList<SceneField> Fields)
{
    public int Count { get; init; }

    public TimeSpan? Deadline { get; init; }
}

/// <summary><c>name: value</c>.</summary>
public sealed record SceneField(string Name, string Value);

/// <summary>What a line of a scene asks for.</summary>
public enum SceneVerb
{
    /// <summary>The actor performs a verb of its driver.</summary>
    Does,

    /// <summary>The actor's next such event, not yet taken by an earlier line.</summary>
    Receives,

    /// <summary>Up to now the actor has had exactly so many such events in this scene.</summary>
    Had,

    /// <summary>The gateway is stopped with SIGTERM and started again.</summary>
    Restarts,

    /// <summary>The gateway is killed with SIGKILL and started again.</summary>
    IsKilled,

    Stops,

    Starts,

    /// <summary>The gateway has written such a line since the scene began.</summary>
    Logs,
}
