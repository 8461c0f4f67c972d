namespace Storyline.Parse.Scripts;

/// <summary>
/// Data that is a list of values which refer to each other by their number in it (Nuxt's <c>__NUXT_DATA__</c>): <c>[{"title":1,"body":2},"A title","&lt;p&gt;…"]</c>.
/// </summary>
internal sealed class FlatValues
{
    private readonly ScriptValues _values;
    private readonly List<int> _list;
    private readonly Dictionary<int, int> _references = [];

    private FlatValues(ScriptValues values, List<int> list)
    {
        _values = values;
        _list = list;
        foreach (var owner in list.Where(i => values[i].Kind is ScriptKind.Object or ScriptKind.Array))
        {
            foreach (var child in values.Children(owner))
            {
                if (Resolved(child) is var target && target != child)
                {
                    _references.TryAdd(target, child);
                }
            }
        }
    }

    /// <summary>Null when values stand where they belong.</summary>
    public static FlatValues? Of(ScriptValues values)
    {
        if (values.Count < 3 || values[0].Kind != ScriptKind.Array)
        {
            return null;
        }

        // Objects that hold nothing but numbers, and texts beside them.
        var list = values.Children(0).ToList();
        var objects = list.Where(i => values[i].Kind == ScriptKind.Object).Take(20).ToList();
        return objects.Count > 0 && list.Exists(i => values[i].Kind == ScriptKind.Text) && objects.TrueForAll(o => values.Children(o).All(c => values[c].Kind == ScriptKind.Word))
            ? new FlatValues(values, list)
            : null;
    }

    /// <summary>The value that a number stands for; the value itself when it is none.</summary>
    public int Resolved(int index) => _values[index].Kind == ScriptKind.Word && _values[index].Parent > 0
        && int.TryParse(_values.Raw(index), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number < _list.Count ? _list[number] : index;

    /// <summary>Where a value has its name: the number that stands for it.</summary>
    public int Named(int index) => _references.GetValueOrDefault(index, index);

    public int Owner(int index) => _values[Named(index)].Parent;
}
