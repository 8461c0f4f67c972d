using Storyline.Evaluation;

EvaluationTask[] tasks = [new Extraction(), new Search()];
return await EvaluationProgram.RunAsync(tasks, args, Console.Out, Console.Error, CancellationToken.None);
