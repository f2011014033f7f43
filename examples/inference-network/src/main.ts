console.log('main job')
